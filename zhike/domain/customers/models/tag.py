"""Tags: short words that customers and contacts are marked with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import TagColor
from zhike.metadata.fields.columns import ChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Tag(Record):
    """A word that everybody in the firm uses in the same sense."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    color = ChoiceField(
        _("colour"), choices=TagColor, tones={tone: tone for tone in TagColor.values}, default=TagColor.BLUE
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        indexes = [bin_index("tag"), *list_indexes("tag", "name")]

    def __str__(self) -> str:
        return self.name
