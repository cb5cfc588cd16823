"""Groups: customers put together by hand or by a filter, in any depth."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import GroupKind
from zhike.metadata.fields.columns import ChoiceField, FilterField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Group(Record):
    """A static group holds its members; a live one holds a filter that is evaluated with the viewer's rights."""

    name = models.CharField(_("name"), max_length=80)
    kind = ChoiceField(_("kind"), choices=GroupKind, default=GroupKind.STATIC)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent group"), null=True, blank=True, related_name="subgroups"
    )
    shared = models.BooleanField(_("shared with everybody"), default=False)
    members = models.ManyToManyField("customers.Customer", verbose_name=_("members"), blank=True, related_name="groups")
    #: Of the filter language over customers; only live groups have one.
    filter = FilterField(_("filter"), over="customer")

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        indexes = [bin_index("group"), *list_indexes("group", "name")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="group_not_in_itself"),
            models.CheckConstraint(
                condition=models.Q(kind=GroupKind.LIVE, filter__isnull=False)
                | models.Q(kind=GroupKind.STATIC, filter__isnull=True),
                name="group_filter_only_when_live",
            ),
        ]

    def __str__(self) -> str:
        return self.name
