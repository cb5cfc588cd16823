"""The target as an object type."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.targets.fields import computed_fields
from zhike.domain.targets.models import SalesTarget
from zhike.domain.targets.preparation import targets_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section


def describe() -> ObjectType:
    """The descriptor, with what was reached."""
    descriptor = registry.object_type(
        SalesTarget,
        key="sales_target",
        slug="sales-targets",
        bookkeeping=("first_on", "last_on", "subject_key"),
        icon="target",
        title="name",
        subtitle=("level", "measure"),
        columns=("name", "level", "owner", "department", "measure", "category", "amount", "note"),
        filters=("year", "span", "level", "measure", "category", "owner", "department", "amount"),
        search=("name",),
        badges=("level", "measure"),
        quick=("year", "span", "level", "owner", "department", "measure", "amount"),
        form=(
            Section(_("Target"), ("year", "span", "level", "owner", "department", "measure", "category", "amount")),
            Section(_("More"), ("name", "note"), folded=True),
        ),
        default_sort="-first_on",
        prepare=targets_prepare,
    )
    fields = {**descriptor.fields, **computed_fields()}
    fields["owner"] = fields["owner"].with_changes(label=_("person"))
    columns = ("name", "level", "owner", "department", "measure", "amount", "attained", "rate", "gap")
    return replace(descriptor, fields=fields, columns=columns, figures=("amount", "attained", "gap", "rate"))


SALES_TARGET = registry.add(describe())
