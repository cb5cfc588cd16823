"""What a version of a scheme says: its grades from the best down, and the rules or weighted criteria that give them.

Stored as JSON and read here; whatever contradicts itself is refused with a sentence, so that nothing half is ever in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import lcm
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.activities.choices import TaskKind
from zhike.domain.customers.choices import Tier
from zhike.domain.tiers import methods
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery, Invalid, Problem
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

MOST_GRADES = 6
MOST_CRITERIA = 8
MOST_PLAYS = 3
LONGEST_CONTENT = 500
#: Shares of customers with equal numbers that quantiles make: fifths are usual for RFM.
PARTS = range(2, 11)
#: Kinds of field that a criterion can measure.
MEASURABLE = frozenset({"integer", "decimal", "percent", "money"})


@dataclass(frozen=True, slots=True)
class Play:
    """What customers of a grade are due: a contact, a gift or an offer of this kind every so many days.

    ``content`` is what is said, given or offered; it goes along with the task.
    """

    kind: str
    every: int
    title: str
    content: str = ""

    def key(self, grade: str) -> str:
        return f"{grade}:{self.kind}:{self.every}"


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade. ``rule`` is a filter over customers (by rules), ``least`` the lowest score (by weights); the last has neither."""

    key: str
    label: str
    label_en: str
    rule: Mapping[str, Any] | None = None
    least: int | None = None
    #: A fall from here is told to owner and manager.
    is_key: bool = False
    plays: tuple[Play, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A number of the customer with its weight. ``cuts`` are lower bounds, inclusive, in the field's plain values; without
    them quantiles of ``parts`` equal shares give them at each grading."""

    field: str
    weight: int
    less_is_better: bool = False
    cuts: tuple[int | Decimal, ...] = ()
    parts: int = 5

    @property
    def most(self) -> int:
        """The most points that it gives."""
        return len(self.cuts) + 1 if self.cuts else self.parts


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole version. ``by`` is "rules", "score" or a registered method; ``population`` a filter over customers, None for all."""

    by: str
    grades: tuple[Grade, ...]
    criteria: tuple[Criterion, ...] = ()
    population: Mapping[str, Any] | None = None
    #: What a registered method needs beside the grades; filters over customers stand under "conditions", each as its "rule".
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unit(self) -> int:
        """Points of criteria with unlike scales are added as multiples of this, so that all stays in whole numbers."""
        return lcm(*(criterion.most for criterion in self.criteria)) if self.criteria else 1

    @property
    def most(self) -> int:
        """The sum that all criteria at their best give; a score is a hundredth of it."""
        return self.unit * sum(criterion.weight for criterion in self.criteria)

    def place(self, key: str) -> int:
        """Position of a grade, 0 for the best, after all of them for none."""
        return next((place for place, grade in enumerate(self.grades) if grade.key == key), len(self.grades))

    def label(self, key: str, language: str) -> str:
        """The name of a grade; "" for none."""
        grade = next((grade for grade in self.grades if grade.key == key), None)
        return "" if grade is None else (grade.label_en or grade.label if language.startswith("en") else grade.label)

    def fields(self) -> tuple[str, ...]:
        """Keys of the customer's own fields that grading looks at, in order."""
        named = [criterion.field for criterion in self.criteria]
        for grade in self.grades if self.by == "rules" else ():
            named += named_fields(grade.rule or {})
        for condition in self.settings.get("conditions", ()):
            named += named_fields(condition.get("rule") or {})
        return tuple(dict.fromkeys(key for key in named if "." not in key))


def named_fields(node: Mapping[str, Any]) -> list[str]:
    """Keys of the fields that a filter looks at, in its order."""
    if "field" in node:
        return [node["field"]]
    inner = [*node.get("all", ()), *node.get("any", ()), *([node["not"]] if "not" in node else [])]
    return [key for part in inner for key in named_fields(part)]


def refuse(key: str, message: Label) -> Invalid:
    return Invalid({key: [Problem("bad_scheme", message)]})


def read(stored: Mapping[str, Any]) -> Definition:
    """The definition that JSON holds."""
    return Definition(
        by=stored["by"],
        grades=tuple(_grade(grade) for grade in stored["grades"]),
        criteria=tuple(_criterion(found) for found in stored.get("criteria", ())),
        population=stored.get("population"),
        settings=stored.get("settings") or {},
    )


def _grade(stored: Mapping[str, Any]) -> Grade:
    plays = tuple(Play(**play) for play in stored.get("plays", ()))
    return Grade(**{**stored, "plays": plays})


def _criterion(stored: Mapping[str, Any]) -> Criterion:
    cuts = tuple(Decimal(cut) if isinstance(cut, str) else cut for cut in stored.get("cuts", ()))
    return Criterion(**{**stored, "cuts": cuts})


def measurable(key: str) -> Field | None:
    """The customer's field if a criterion can measure it."""
    found = registry.get("customer").fields.get(key)
    return found if found is not None and not found.retired and found.type.key in MEASURABLE else None


def check(definition: Definition, *, writes_tier: bool) -> None:
    """Raise Invalid for what contradicts itself, by the key of the part."""
    keys = [grade.key for grade in definition.grades]
    if not 2 <= len(keys) <= MOST_GRADES or len(set(keys)) != len(keys):
        raise refuse("grades", format_lazy(_("Give 2 to {most} grades with different keys."), most=MOST_GRADES))
    if writes_tier and not set(keys) <= set(Tier.values):
        raise refuse("grades", _("The scheme of the field “tier” has its grades: high, middle, low."))
    if (method := methods.find(definition.by)) is not None:
        check_bounds(definition)
        method.check(definition)
    elif definition.by == "rules":
        _check_rules(definition)
    else:
        _check_scores(definition)
    check_filter("population", definition.population)
    for grade in definition.grades:
        if len(grade.plays) > MOST_PLAYS or len({play.key(grade.key) for play in grade.plays}) < len(grade.plays):
            text = _("“{grade}”: plan at most {most} things, each kind and rhythm once.")
            raise refuse("plays", format_lazy(text, grade=grade.label, most=MOST_PLAYS))
        for play in grade.plays:
            if play.kind not in TaskKind.values or not 1 <= play.every <= 3_660:
                raise refuse("plays", _("A strategy needs a kind and a number of days from 1 to 3,660."))


def _check_rules(definition: Definition) -> None:
    for grade in definition.grades[:-1]:
        if not grade.rule:
            raise refuse("rules", format_lazy(_("Say who belongs to “{grade}”."), grade=grade.label))
        check_filter("rules", grade.rule)


def check_filter(key: str, rule: Mapping[str, Any] | None) -> None:
    try:
        compile_filter(registry.get("customer"), rule, context_for(SYSTEM))
    except BadQuery as refusal:
        raise refuse(key, refusal.message) from refusal


def _check_scores(definition: Definition) -> None:
    if not 1 <= len(definition.criteria) <= MOST_CRITERIA:
        raise refuse("criteria", format_lazy(_("Give 1 to {most} criteria."), most=MOST_CRITERIA))
    for criterion in definition.criteria:
        if measurable(criterion.field) is None:
            raise refuse("criteria", _("A criterion needs a field with a number."))
        if not 1 <= criterion.weight <= 1_000:
            raise refuse("criteria", _("A weight is a whole number from 1 to 1,000."))
        if criterion.cuts and list(criterion.cuts) != sorted(set(criterion.cuts)):
            raise refuse("criteria", _("Write cut-offs from the lowest up, each once."))
        if not criterion.cuts and criterion.parts not in PARTS:
            raise refuse("criteria", _("Quantiles make 2 to 10 shares."))
    check_bounds(definition)


def check_bounds(definition: Definition) -> None:
    """Raise Invalid unless each better grade needs a higher score."""
    bounds = [grade.least for grade in definition.grades[:-1]]
    if any(bound is None or not 0 < bound <= 100 for bound in bounds) or bounds != sorted(
        {bound for bound in bounds if bound is not None}, reverse=True
    ):
        raise refuse("bounds", _("Scores run from 1 to 100, and a better grade needs a higher one."))


#: What the field "tier" has, for schemes that start from it.
TIER_LABELS = {
    "high": ("高", "High"),
    "middle": ("中", "Middle"),
    "low": ("低", "Low"),
}
BY: Mapping[str, Label] = {"rules": pgettext_lazy("scheme", "by rules"), "score": pgettext_lazy("scheme", "by score")}
