"""What happened on the path of an approval; rows are added and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from zhike.engines.approvals.models.approval import Approval
from zhike.engines.approvals.models.step import ApprovalStep


class Happening(models.TextChoices):
    ASKED = "asked", pgettext_lazy("approval event", "asked")
    SENT_AGAIN = "sent_again", pgettext_lazy("approval event", "sent it again")
    SKIPPED = "skipped", pgettext_lazy("approval event", "not needed")
    GRANTED = "granted", pgettext_lazy("approval event", "granted")
    REFUSED = "refused", pgettext_lazy("approval event", "refused")
    RETURNED = "returned", pgettext_lazy("approval event", "returned it")
    WITHDRAWN = "withdrawn", pgettext_lazy("approval event", "took it back")
    PASSED_ON = "passed_on", pgettext_lazy("approval event", "passed it on")
    SIGNER_ADDED = "signer_added", pgettext_lazy("approval event", "asked somebody else too")
    STOOD_IN = "stood_in", pgettext_lazy("approval event", "went to a substitute")
    FELL_BACK = "fell_back", pgettext_lazy("approval event", "nobody fitted")
    REMINDED = "reminded", pgettext_lazy("approval event", "reminded")
    ESCALATED = "escalated", pgettext_lazy("approval event", "went a level up")
    TIMED_OUT = "timed_out", pgettext_lazy("approval event", "timed out")


class ApprovalEvent(models.Model):
    """One thing that happened. ``details`` names people as ids under "people"."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="events")
    step = models.ForeignKey(ApprovalStep, models.SET_NULL, null=True, related_name="events")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=20, choices=Happening)
    remark = models.TextField(blank=True, default="")
    details: Any = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.approval_id} {self.what}"
