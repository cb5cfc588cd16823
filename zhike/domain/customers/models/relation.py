"""Relations: what one customer is to another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import RelationKind
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Relation(Record):
    """``other`` is the parent company, partner, competitor, family or referrer of ``customer``."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="relations"
    )
    other = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("other customer"), related_name="relations_of_others"
    )
    kind = ChoiceField(_("kind of relation"), choices=RelationKind)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        indexes = [bin_index("relation"), *list_indexes("relation", "-updated_at", by_department=False)]
        constraints = [
            models.CheckConstraint(condition=~models.Q(customer=models.F("other")), name="relation_not_to_itself"),
            models.UniqueConstraint(fields=("customer", "other", "kind"), name="relation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.other_id}"
