"""What a side of a contract is to do until a day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.contracts.choices import Side
from zhike.domain.contracts.models.contract import Contract
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class ContractObligation(Record):
    """An obligation; while the contract is in force an open one is a task of its owner."""

    zhike_key: ClassVar[str] = "contract_obligation"

    contract = models.ForeignKey(
        Contract, models.PROTECT, verbose_name=_("contract"), related_name="obligations", db_index=False
    )
    title = models.CharField(pgettext_lazy("obligation", "what is to be done"), max_length=160)
    side = ChoiceField(pgettext_lazy("obligation", "by whom"), choices=Side, default=Side.OURS)
    due_on = models.DateField(pgettext_lazy("obligation", "due on"))
    done_on = models.DateField(pgettext_lazy("obligation", "done on"), null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)
    task = models.ForeignKey(
        "activities.Task",
        models.PROTECT,
        verbose_name=_("task"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("contract obligation")
        verbose_name_plural = _("contract obligations")
        indexes = [
            bin_index("contract_obligation"),
            *list_indexes("contract_obligation", "due_on", by_department=False),
            models.Index(fields=("contract", "due_on"), name="obligation_of_contract"),
        ]

    def __str__(self) -> str:
        return self.title
