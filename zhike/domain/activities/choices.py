"""The words that interactions and tasks are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Channel(models.TextChoices):
    CALL = "call", _("call")
    VISIT = "visit", _("visit")
    WECHAT = "wechat", _("WeChat")
    MAIL = "mail", _("mail")
    MEETING = "meeting", _("meeting")
    SMS = "sms", _("text message")
    EVENT = "event", _("event")
    PORTAL = "portal", _("portal")
    SOCIAL = "social", _("social network")


class Outcome(models.TextChoices):
    REACHED = "reached", _("reached")
    NOT_REACHED = "not_reached", _("not reached")
    DEAD_NUMBER = "dead_number", _("dead number")
    INTERESTED = "interested", _("interested")
    NOT_INTERESTED = "not_interested", _("not interested")
    DEAL = "deal", _("deal")
    COMPLAINT = "complaint", _("complaint")


class TaskKind(models.TextChoices):
    CALL = "call", _("call")
    VISIT = "visit", _("visit")
    MAIL = "mail", _("mail")
    MEETING = "meeting", _("meeting")
    SMS = "sms", _("text message")
    GIFT = "gift", pgettext_lazy("task kind", "gift")
    OFFER = "offer", pgettext_lazy("task kind", "offer")
    OTHER = "other", pgettext_lazy("task kind", "other")


class TaskStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("task status", "open")
    DONE = "done", pgettext_lazy("task status", "done")
    CANCELLED = "cancelled", pgettext_lazy("task status", "cancelled")


class Priority(models.TextChoices):
    HIGH = "high", pgettext_lazy("priority", "high")
    NORMAL = "normal", pgettext_lazy("priority", "normal")
    LOW = "low", pgettext_lazy("priority", "low")
