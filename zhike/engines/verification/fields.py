"""What is known of values as read-only fields, for filters, lists and exports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import DateTimeField, Exists, Max, OuterRef, QuerySet, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.engines.verification.models import State, ValueMark
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Input
from zhike.metadata.object_type import ObjectType

PREFIX = "invalid_"
LAST = "verified_at"


@registry.extend
def verification_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """``invalid_<field>``: whether a value of it is known to be wrong; ``verified_at``: when one was last found right."""
    fields = verifiable_fields(object_type)
    found = {
        f"{PREFIX}{field.key}": Field(
            key=f"{PREFIX}{field.key}",
            type=field_type("boolean"),
            label=format_lazy(_("{field} invalid"), field=field.label),
            readonly=True,
            computed=partial(_is_invalid, object_type.key, field.key),
            inputs=(Input(object_type.key, field.key),),
        )
        for field in fields
    }
    if fields:
        found[LAST] = Field(
            key=LAST,
            type=field_type("datetime"),
            label=_("last verified"),
            readonly=True,
            computed=partial(_verified_at, object_type.key),
        )
    return {key: field for key, field in found.items() if key not in object_type.fields}


def _marks(object_key: str) -> QuerySet[ValueMark]:
    return ValueMark.objects.filter(object_key=object_key, record_id=OuterRef("pk"), is_current=True).order_by()


def _is_invalid(object_key: str, field_key: str) -> Any:
    return Exists(_marks(object_key).filter(field_key=field_key, state=State.INVALID))


def _verified_at(object_key: str) -> Any:
    rows = _marks(object_key).filter(state=State.VERIFIED).values("object_key").annotate(_last=Max("at"))
    return Subquery(rows.values("_last"), output_field=DateTimeField())
