"""Why a customer has a grade, in words: the numbers that it came from, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _, override, pgettext

from zhike.domain.tiers import methods
from zhike.domain.tiers.definition import Definition
from zhike.lib.enumeration import sentences
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for


def speaking_context(language: str) -> Context:
    context = context_for(SYSTEM)
    context.language = language
    return context


def reason(definition: Definition, detail: Mapping[str, Any], grade: str, language: str) -> str:
    """One or two sentences; ``detail`` is that of ``regrading.details``."""
    with override(language):
        return _reason(definition, detail, grade, language)


def _reason(definition: Definition, detail: Mapping[str, Any], grade: str, language: str) -> str:
    context = speaking_context(language)
    if given := detail.get("override"):
        words = _("Given by %(name)s until %(until)s: %(reason)s") % given
        named = definition.label(detail["computed"], language)
        return sentences((words, _("By the rules it would be “%(grade)s”.") % {"grade": named})) if named else words
    if (method := methods.find(definition.by)) is not None:
        return method.words(definition, detail, grade, language)
    if not grade:
        return _("Not graded: outside the scheme, or not enough data.")
    values = _said(detail.get("values", {}), context)
    if definition.by == "score":
        return _score_words(definition, detail, context)
    name = definition.label(grade, language)
    if definition.place(grade) == len(definition.grades) - 1:
        words = _("No rule of a better grade holds, hence “%(grade)s”.") % {"grade": name}
    else:
        words = _("The rule of “%(grade)s” holds.") % {"grade": name}
    return sentences((words, values))


def _said(values: Mapping[str, Any], context: Context) -> str:
    """The values that grading looked at: 净交易额 ¥12,000.00；购买天数 8."""
    fields = registry.get("customer").fields
    parts = []
    for key, raw in values.items():
        field = fields.get(key)
        if field is not None and not field.retired:
            text = field.type.text(field.type.from_json(raw, field), field, context) if raw is not None else ""
            parts.append(f"{field.label} {text or _('no data')}")
    return pgettext("between two values", "; ").join(parts)


def _score_words(definition: Definition, detail: Mapping[str, Any], context: Context) -> str:
    fields = registry.get("customer").fields
    parts = []
    for criterion, points in zip(definition.criteria, detail.get("points", ()), strict=False):
        field = fields.get(criterion.field)
        if field is None:
            continue
        value = _said({criterion.field: detail.get("values", {}).get(criterion.field)}, context)
        parts.append(
            _("%(value)s: %(points)s of %(most)s points, weight %(weight)s")
            % {"value": value, "points": points, "most": criterion.most, "weight": criterion.weight}
        )
    score = _("Score %(score)s of 100.") % {"score": detail.get("score")}
    return sentences((score, pgettext("between two values", "; ").join(parts)))
