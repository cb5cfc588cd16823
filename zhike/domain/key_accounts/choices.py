"""The words of key accounts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class AccountState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("key account", "active")
    ENDED = "ended", pgettext_lazy("key account", "ended")


class GoalMetric(models.TextChoices):
    """What a goal counts; all but the last are computed from what the customer bought or what was done with them."""

    AMOUNT = "amount", _("amount in yuan, net of refunds")
    PROFIT = "profit", _("profit in yuan")
    CONTACTS = "contacts", _("contacts made")
    BY_HAND = "by_hand", _("counted by hand")


class GoalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("goal", "open")
    REACHED = "reached", pgettext_lazy("goal", "reached")
    MISSED = "missed", pgettext_lazy("goal", "missed")


class NoteKind(models.TextChoices):
    """Source: the kinds that an archive of key customers distinguishes (经营动态, 市场变化, 负责人变动, 体制变动, 竞争对手)."""

    OPERATIONS = "operations", _("how business goes")
    MARKET = "market", _("change of the market")
    PERSON = "person", _("change of the person in charge")
    SYSTEM = "system", _("change of ownership or structure")
    COMPETITOR = "competitor", _("competitor")
    GOOD_NEWS = "good_news", _("good news")
    OTHER = "other", pgettext_lazy("note", "other")


class NoteSource(models.TextChoices):
    STAFF = "staff", pgettext_lazy("source of a note", "salesperson")
    MARKET = "market", pgettext_lazy("source of a note", "market feedback")
    TRADE = "trade", pgettext_lazy("source of a note", "people of the trade")
    WEBSITE = "website", pgettext_lazy("source of a note", "website")
    INTERNAL = "internal", pgettext_lazy("source of a note", "word from inside")


class NoteReliability(models.TextChoices):
    CONFIRMED = "confirmed", pgettext_lazy("reliability of a note", "confirmed")
    LIKELY = "likely", pgettext_lazy("reliability of a note", "likely")
    RUMOUR = "rumour", pgettext_lazy("reliability of a note", "hearsay")


class NoteState(models.TextChoices):
    """A note is new, weighed with a conclusion, past its day, or archived."""

    NEW = "new", pgettext_lazy("note", "new")
    CONCLUDED = "concluded", pgettext_lazy("note", "concluded")
    STALE = "stale", pgettext_lazy("note", "to be confirmed")
    ARCHIVED = "archived", pgettext_lazy("note", "archived")


class NeedOrigin(models.TextChoices):
    RULE = "rule", _("by rule")
    HAND = "hand", _("chosen by hand")
