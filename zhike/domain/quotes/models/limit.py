"""How much discount a role may give by itself, from a day on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.quotes.choices import LimitedRole
from zhike.metadata.fields.columns import ChoiceField, PercentField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class DiscountLimit(Record):
    """The last one whose day has come counts; a quote below list price by more needs approval."""

    zhike_key: ClassVar[str] = "discount_limit"

    role = ChoiceField(_("role"), choices=LimitedRole)
    percent = PercentField(_("discount of at most"))
    valid_from = models.DateField(_("in force from"))

    class Meta:
        verbose_name = _("discount limit")
        verbose_name_plural = _("discount limits")
        indexes = [bin_index("discount_limit"), *list_indexes("discount_limit", "-valid_from", by_department=False)]
        constraints = [
            models.UniqueConstraint(
                fields=("role", "valid_from"),
                name="discount_limit_once",
                violation_error_message=_("This role has a limit from this day on already."),
            ),
            models.CheckConstraint(
                condition=models.Q(percent__range=(0, 100)),
                name="discount_limit_percent",
                violation_error_message=_("A discount lies between 0 and 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.percent}"
