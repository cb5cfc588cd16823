"""The ledger of changes of hands: one row for each time a customer got another owner, or none. Only ever appended to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class CustodyKind(models.TextChoices):
    CLAIM = "claim", pgettext_lazy("custody", "claimed")
    ASSIGN = "assign", pgettext_lazy("custody", "assigned")
    RELEASE = "release", pgettext_lazy("custody", "returned")
    RECALL = "recall", pgettext_lazy("custody", "recalled")
    HAND_OVER = "hand_over", pgettext_lazy("custody", "handed over")
    REQUEST = "request", pgettext_lazy("custody", "granted on request")
    UNDO = "undo", pgettext_lazy("custody", "taken back")
    CHANGE = "change", pgettext_lazy("custody", "changed")


TONES = {
    "claim": "green",
    "assign": "blue",
    "release": "amber",
    "recall": "red",
    "hand_over": "blue",
    "request": "purple",
}


class Custody(Record):
    """A change of hands. ``created_by`` is who did it; the write is part of the change's own transaction."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="+")
    at = models.DateTimeField(_("at"), editable=False)
    kind = ChoiceField(_("kind"), choices=CustodyKind, tones=TONES, default=CustodyKind.CHANGE, editable=False)
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("from"), null=True, editable=False, related_name="+"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("to"), null=True, editable=False, related_name="+"
    )
    pool = models.ForeignKey(
        "pools.Pool", models.PROTECT, verbose_name=_("public pool"), null=True, editable=False, related_name="+"
    )
    reason = LongTextField(_("reason"), default="", editable=False)
    #: Of the write path, so that a change is entered once however often it is told of.
    batch_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("change of hands")
        verbose_name_plural = _("changes of hands")
        indexes = [
            bin_index("custody"),
            *list_indexes("custody", "-at", by_department=False),
            models.Index(fields=("customer", "-at"), name="custody_customer"),
            models.Index(fields=("to_user", "kind", "at"), name="custody_claims"),
        ]
        constraints = [models.UniqueConstraint(fields=("customer", "batch_id"), name="custody_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"
