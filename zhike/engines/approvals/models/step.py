"""The path of one approval: its steps, and the people of each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from zhike.engines.approvals.models.approval import Approval


class StepState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("approval step", "to come")
    ACTIVE = "active", pgettext_lazy("approval step", "being decided")
    GRANTED = "granted", pgettext_lazy("approval step", "granted")
    REFUSED = "refused", pgettext_lazy("approval step", "refused")
    SKIPPED = "skipped", pgettext_lazy("approval step", "not needed")
    ENDED = "ended", pgettext_lazy("approval step", "not reached")


class SignerState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("approval signer", "asked")
    GRANTED = "granted", pgettext_lazy("approval signer", "granted")
    REFUSED = "refused", pgettext_lazy("approval signer", "refused")
    RETURNED = "returned", pgettext_lazy("approval signer", "returned it")
    PASSED_ON = "passed_on", pgettext_lazy("approval signer", "passed it on")
    RELEASED = "released", pgettext_lazy("approval signer", "not needed any more")


class ApprovalStep(models.Model):
    """One step; steps of the same ``stage`` run side by side, stages one after the other."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="steps")
    round = models.PositiveIntegerField(default=1)
    stage = models.PositiveIntegerField()
    name = models.CharField(max_length=60, blank=True, default="")
    name_en = models.CharField(max_length=60, blank=True, default="")
    #: "any", "all", or "share": then ``share`` of them.
    need = models.CharField(max_length=5, default="any")
    share = models.PositiveIntegerField(default=1)
    #: Who is to decide, as the definition says it.
    who: Any = models.JSONField(default=list)
    #: Condition on the record without which the step is left out; None: always.
    when: Any = models.JSONField(null=True, blank=True)
    #: Working hours for an answer, and what then; None: no limit.
    hours = models.PositiveIntegerField(null=True)
    late = models.CharField(max_length=10, default="remind")
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    #: Who put it in while it ran; None for steps of the flow.
    added_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("round", "stage", "id")
        indexes = [
            models.Index(fields=("due_at",), condition=models.Q(state=StepState.ACTIVE), name="approval_step_due"),
        ]

    def __str__(self) -> str:
        return f"{self.approval_id}/{self.round}.{self.stage} {self.name}"

    def label(self, language: str) -> str:
        return self.name_en if language.startswith("en") and self.name_en else self.name


class ApprovalSigner(models.Model):
    """One person's place on a step; what they said is written once and never changed."""

    step = models.ForeignKey(ApprovalStep, models.CASCADE, related_name="signers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    #: In whose place: somebody absent, or who passed it on.
    instead_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=SignerState, default=SignerState.WAITING)
    decided_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("step", "id")
        indexes = [
            models.Index(
                fields=("user",), condition=models.Q(state=SignerState.WAITING), name="approval_signer_waiting"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=("step", "user"), name="approval_signer_once")]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.user_id} {self.state}"
