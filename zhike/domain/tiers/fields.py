"""The grades of schemes that do not write the tier, as read-only fields of customers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import CharField, OuterRef, Subquery

from zhike.domain.tiers.definition import read
from zhike.domain.tiers.models import TierGrade, TierScheme, TierVersion
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import Choice
from zhike.metadata.object_type import ObjectType


@registry.extend
def grade_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """One choice field a scheme, under ``tier_<key>``; its choices are the grades of the latest version."""
    if object_type.key != "customer":
        return {}
    found = {}
    for scheme in TierScheme.objects.filter(is_active=True, writes=""):
        version = TierVersion.objects.filter(scheme=scheme).order_by("number").last()
        key = f"tier_{scheme.key}"
        if version is not None and key not in object_type.fields:
            found[key] = _field(scheme, version, key)
    return found


def _field(scheme: TierScheme, version: TierVersion, key: str) -> Field:
    choices = tuple(
        Choice(grade.key, grade.label, tone, grade.label_en)
        for grade, tone in zip(read(version.definition).grades, TONES, strict=False)
    )
    return Field(
        key=key,
        type=field_type("choice"),
        label=scheme.name,
        readonly=True,
        options={"choices": choices},
        computed=partial(_grade, scheme.pk),
    )


#: From the best grade down.
TONES = ("purple", "blue", "teal", "green", "amber", "grey")


def _grade(scheme: int) -> Any:
    rows = TierGrade.objects.filter(scheme_id=scheme, customer_id=OuterRef("pk"))
    return Subquery(rows.values("grade"), output_field=CharField())
