"""Templates of contracts: words with merge fields."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class ContractTemplate(Record):
    """What new contracts begin with; changing it changes no contract that is there."""

    zhike_key: ClassVar[str] = "contract_template"

    name = models.CharField(pgettext_lazy("template", "name"), max_length=120, unique=True)
    is_default = models.BooleanField(_("for new contracts"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    months = models.PositiveSmallIntegerField(_("runs for months"), null=True, blank=True)
    text = LongTextField(_("words"), help_text=_("Merge fields such as {{customer}} stand in double braces."))

    class Meta:
        verbose_name = _("contract template")
        verbose_name_plural = _("contract templates")
        indexes = [bin_index("contract_template"), *list_indexes("contract_template", "name", by_department=False)]

    def __str__(self) -> str:
        return self.name
