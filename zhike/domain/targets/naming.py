"""Names of targets and adjustments, said without words of a language: "2026-Q1 · 销售一部"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhike.accounts.models import Department, User
from zhike.domain.catalog.models import ProductCategory
from zhike.domain.targets.choices import Level
from zhike.domain.targets.spans import written

LONGEST = 160


def names_of(found: Sequence[Mapping[str, Any]], keys: Sequence[int]) -> dict[int, str]:
    """The name of each by its key, from year, span, level, owner, department and category; three queries at most."""
    people = _names(User, {values.get("owner") for values in found})
    rooms = _names(Department, {values.get("department") for values in found})
    groups = _names(ProductCategory, {values.get("category") for values in found})
    named = {}
    for key, values in zip(keys, found, strict=True):
        subjects = {
            Level.PERSON: people.get(values.get("owner")),
            Level.DEPARTMENT: rooms.get(values.get("department")),
        }
        when = written(values["year"], values["span"])
        parts = (when, subjects.get(values["level"]), groups.get(values.get("category")))
        named[key] = " · ".join(part for part in parts if part)[:LONGEST]
    return named


def _names(model: Any, ids: set[Any]) -> dict[Any, str]:
    known = ids - {None}
    return dict(model.objects.filter(pk__in=known).values_list("pk", "name")) if known else {}
