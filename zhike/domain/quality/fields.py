"""Completeness, overdue entries and age as read-only fields of customers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from zhike.domain.quality.models import QualityScore
from zhike.domain.quality.rules import read, stored_rules
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType


@registry.extend
def quality_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """``completeness`` in per cent, with the rules in force as an option; ``entry_due_at`` and ``stale_at``."""
    if object_type.key != "customer":
        return {}
    number, definition = stored_rules()
    found = (
        Field(
            key="completeness",
            type=field_type("integer"),
            label=_("completeness in per cent"),
            help=_("How much of what the rules ask for is known, by weight."),
            readonly=True,
            options={"rules": read(definition, number)},
            computed=partial(_stored, "score"),
        ),
        Field(
            key="entry_due_at",
            type=field_type("datetime"),
            label=_("entry due"),
            help=_("When the first of the required fields that are missing had to be filled in."),
            readonly=True,
            computed=partial(_stored, "entry_due_at"),
        ),
        Field(
            key="stale_at",
            type=field_type("datetime"),
            label=_("to be verified by"),
            help=_("After this nobody has changed or verified the record for longer than its tier allows."),
            readonly=True,
            computed=partial(_stored, "stale_at"),
        ),
    )
    return {field.key: field for field in found if field.key not in object_type.fields}


def _stored(column: str) -> Any:
    output: Any = QualityScore._meta.get_field(column)
    return Subquery(QualityScore.objects.filter(pk=OuterRef("pk")).values(column), output_field=output)
