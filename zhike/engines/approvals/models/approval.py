"""The table of approvals."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.engines.approvals.models.flow import ApprovalVersion
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class ApprovalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("request", "waiting")
    RETURNED = "returned", pgettext_lazy("request", "returned")
    GRANTED = "granted", pgettext_lazy("request", "granted")
    REFUSED = "refused", pgettext_lazy("request", "refused")
    EXPIRED = "expired", pgettext_lazy("request", "timed out")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "withdrawn")


TONES = {"open": "blue", "returned": "amber", "granted": "green", "refused": "red", "expired": "amber"}
#: What still goes on: decided by others, or back with the asker.
RUNNING = (ApprovalState.OPEN.value, ApprovalState.RETURNED.value)


class Approval(Record):
    """Something that the owner asks for; written by the services of this engine alone.

    ``about_key`` and ``about_id`` name the record it is about, which the asker need not be able to see: ``title`` says as much of it
    as the asker may know. ``deciders`` are those whose word is awaited now; the whole path stands in ``ApprovalStep``.
    """

    title = models.CharField(_("what is asked for"), max_length=200, default="")
    kind = models.CharField(_("kind"), max_length=40, default="")
    reason = LongTextField(_("reason given"), null=True, blank=True)
    state = ChoiceField(_("state"), choices=ApprovalState, tones=TONES, default=ApprovalState.OPEN)
    deciders = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("who may decide"), blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("times out at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = LongTextField(_("answer"), null=True, blank=True)
    about_key = models.CharField(max_length=60, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    #: What the kind needs to carry it out, as JSON; never shown.
    details: Any = models.JSONField(default=dict, blank=True)
    #: The version of the flow that it follows; None for what was asked of people named by the product.
    flow_version = models.ForeignKey(ApprovalVersion, models.PROTECT, null=True, blank=True, related_name="+")
    #: How often it was sent: after a return it begins anew.
    round = models.PositiveIntegerField(default=1)
    #: Keys of the record's fields (and addresses of its children) that stand still while it is open; "*" is every field.
    covers: Any = models.JSONField(default=list, blank=True)
    #: What the record said when it was sent, JSON values by field key.
    facts: Any = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        indexes = [
            bin_index("approval"),
            *list_indexes("approval", "-updated_at"),
            models.Index(fields=("about_key", "about_id"), name="approval_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("owner", "kind", "about_key", "about_id"),
                condition=models.Q(state__in=RUNNING, deletion__isnull=True),
                name="approval_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title
