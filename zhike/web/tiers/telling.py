"""What the pages of value tiers say: a preview as a matrix, cut-offs, moves with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from zhike.domain.tiers import words
from zhike.domain.tiers.definition import Definition, read
from zhike.domain.tiers.models import TierChange, TierGrade, TierScheme, TierVersion
from zhike.domain.tiers.models.change import Direction
from zhike.domain.tiers.schemes import Preview
from zhike.metadata import registry
from zhike.metadata.fields.base import Context
from zhike.metadata.places import record_url
from zhike.web.records.moments import moment

TONES = {Direction.UP: "green", Direction.DOWN: "red", Direction.NEW: "blue", Direction.OUT: "grey"}


def scheme_name(scheme: TierScheme, context: Context) -> str:
    return scheme.name_en or scheme.name if context.language.startswith("en") else scheme.name


def grade_name(key: str, definitions: Sequence[Definition], language: str) -> str:
    """The name of a grade in the first definition that has it; a word for "none"."""
    if not key:
        return _("no grade")
    return next((name for found in definitions if (name := found.label(key, language))), key)


def preview_context(found: Preview, definitions: Sequence[Definition], context: Context) -> dict[str, Any]:
    """A preview as tiers/preview.html wants it; ``definitions`` are the new one and, where there is one, that in force."""
    new = [*(grade.key for grade in definitions[0].grades), ""]
    old = list(dict.fromkeys([*(grade.key for each in definitions[1:] for grade in each.grades), *new]))
    name = {key: grade_name(key, definitions, context.language) for key in {*new, *old}}
    counts = found.counts
    rows = [
        {
            "name": name[was],
            "cells": [{"count": counts.get((was, then), 0), "stays": was == then} for then in new],
            "total": sum(counts.get((was, then), 0) for then in new),
        }
        for was in old
        if any(counts.get((was, then)) for then in new)
    ]
    return {
        "preview": True,
        "columns": [name[key] for key in new],
        "rows": rows,
        "totals": [sum(counts.get((was, then), 0) for was in old) for then in new],
        "moving": found.moving,
        "population_count": found.population,
        "at": moment(found.at, context),
        "cut_lines": cut_lines(definitions[0], found.cuts, context),
        "movers": [
            {"name": title, "url": record_url("customer", pk), "old": name.get(was, was), "new": name.get(then, then)}
            for pk, title, was, then in found.movers
        ],
    }


def cut_lines(definition: Definition, cuts: Sequence[Sequence[Any]], context: Context) -> list[dict[str, Any]]:
    """The lower bounds of each criterion, as people read them."""
    found = []
    for criterion, lower in zip(definition.criteria, cuts, strict=False):
        field = registry.get("customer").fields.get(criterion.field)
        if field is not None:
            texts = [field.type.text(field.type.from_json(cut, field), field, context) for cut in lower]
            found.append({"label": field.label, "cuts": " / ".join(texts) or _("not enough data")})
    return found


def told_moves(changes: Iterable[TierChange], context: Context) -> list[dict[str, Any]]:
    """Moves with the reason in the reader's language, by the version that made them."""
    definitions: dict[int, Definition] = {}
    found = []
    for change in changes:
        definition = definitions.setdefault(change.version_id, read(change.version.definition))
        found.append(
            {
                **moment(change.at, context),
                "customer": change.customer_id,
                "old": grade_name(change.old, [definition], context.language) if change.old else "",
                "new": grade_name(change.new, [definition], context.language),
                "direction": Direction(change.direction).label,
                "tone": TONES[Direction(change.direction)],
                "scheme": scheme_name(change.version.scheme, context),
                "version": change.version.number,
                "reason": words.reason(definition, change.detail, change.new, context.language),
            }
        )
    return found


def told_grade(grade: TierGrade, context: Context) -> Mapping[str, Any]:
    """A grade as it stands, with why."""
    version: TierVersion = grade.version
    definition = read(version.definition)
    return {
        "scheme": scheme_name(version.scheme, context),
        "name": grade_name(grade.grade, [definition], context.language),
        "version": version.number,
        "since": moment(grade.since, context),
        "reason": words.reason(definition, grade.detail, grade.grade, context.language),
    }
