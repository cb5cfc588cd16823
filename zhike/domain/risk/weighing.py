"""The score: what evidence weighs today, and what figures add, in one statement over a range of customers.

A signal adds weight × reliability × (fade − age) ÷ fade, in hundredths of a point and whole numbers, so that both databases and the
words agree to the unit; a condition that holds adds its weight. The sum is the score, at most 100. Even fading is a choice of
this product: it needs no powers, and anybody can check it on paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from zhike.domain.risk.choices import SHARES, SignalState
from zhike.domain.risk.models import RiskSignal
from zhike.domain.tiers.definition import Definition
from zhike.domain.tiers.grading import NONE, Graded, everybody, population
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

#: Points are kept in hundredths.
POINT = 100
MOST = 100


@dataclass(frozen=True, slots=True)
class Weighed:
    """One signal with what it adds to the score, in hundredths of a point."""

    id: int
    customer: int
    indicator: str
    seen: str
    seen_on: date
    reliability: str
    points: int


def points(weight: int, fade: int, reliability: str, age: int) -> int:
    """Hundredths of a point that a signal of this age in days adds."""
    share = SHARES.get(reliability, 0)
    age = max(age, 0)
    return 0 if age >= fade else int(weight * share * (fade - age) // fade)


def conditions(definition: Definition) -> list[tuple[Mapping[str, Any], Q]]:
    """The conditions over figures of a version, compiled."""
    customers, context = registry.get("customer"), context_for(SYSTEM)
    return [
        (condition, compile_filter(customers, condition["rule"], context))
        for condition in definition.settings.get("conditions", ())
    ]


def graded(definition: Definition, condition: Q | None = None) -> Graded:
    """(id, place, score) of customers; whom neither evidence nor enough of the conditions concerns has no place."""
    held = {
        f"_c{place}": Case(
            When(rule, then=Value(found["weight"] * POINT)), default=Value(0), output_field=IntegerField()
        )
        for place, (found, rule) in enumerate(conditions(definition))
    }
    inside: Any = Value(1, output_field=IntegerField())
    if definition.population:
        inside = Case(When(population(definition), then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = everybody(condition).annotate(_inside=inside, **held)
    selected, params = rows.values_list("pk", "_inside", *held).query.sql_with_params()
    names = [f"c{place}" for place in range(len(held))]
    listed = "".join(f", {name}" for name in names)
    live, live_params = _live(definition)
    bounds = [grade.least or 0 for grade in definition.grades[:-1]]
    steps = "".join(f" WHEN total >= {bound * POINT} THEN {place}" for place, bound in enumerate(bounds))
    return Graded(
        f"WITH base (pk, inside{listed}) AS MATERIALIZED ({selected}),"
        f" live (pk, w, f, r, age) AS ({live}),"
        " evidence (pk, points) AS (SELECT pk, SUM(CASE WHEN age >= f THEN 0 WHEN age < 0 THEN w * r"
        " ELSE w * r * (f - age) / f END) FROM live GROUP BY pk),"
        " summed (pk, inside, points, total) AS (SELECT base.pk, base.inside, evidence.points,"
        f" {' + '.join(['coalesce(evidence.points, 0)', *names])} FROM base LEFT JOIN evidence ON evidence.pk = base.pk)"
        f" SELECT pk, CASE WHEN inside = 0 OR (points IS NULL AND total < {min(bounds) * POINT}) THEN {NONE}{steps}"
        f" ELSE {len(bounds)} END,"
        f" CASE WHEN total >= {MOST * POINT} THEN {MOST} ELSE CAST(total / {POINT} AS integer) END FROM summed",
        (*params, *live_params),
    )


def _live(definition: Definition) -> tuple[str, list[Any]]:
    """(customer, weight, fade, share, age in days) of the evidence that counts today."""
    today = timezone.localdate()
    weighs: Mapping[str, Mapping[str, int]] = definition.settings.get("indicators", {})
    column: Any = RiskSignal._meta.get_field("seen_on")
    day = column.get_db_prep_save(today, connection)
    if connection.vendor == "sqlite":
        age = "CAST(julianday(%s) - julianday(s.seen_on) AS integer)"
    else:
        age = "(CAST(%s AS date) - s.seen_on)"
    weight, weight_params = _by_key("s.indicator", {key: int(found["weight"]) for key, found in weighs.items()}, 0)
    fade, fade_params = _by_key("s.indicator", {key: int(found["fade"]) for key, found in weighs.items()}, 1)
    share, share_params = _by_key("s.reliability", SHARES, 0)
    return (
        f"SELECT s.customer_id, {weight}, {fade}, {share}, {age} FROM {RiskSignal._meta.db_table} s"
        " JOIN base ON base.pk = s.customer_id"
        " WHERE s.deletion_id IS NULL AND s.state = %s AND (s.valid_until IS NULL OR s.valid_until >= %s)",
        [*weight_params, *fade_params, *share_params, day, SignalState.OPEN.value, day],
    )


def _by_key(name: str, values: Mapping[str, int], default: int) -> tuple[str, list[Any]]:
    """A CASE over the values of a column; the numbers are whole and checked, the keys are parameters."""
    if not values:
        return str(default), []
    whens = "".join(f" WHEN %s THEN {number}" for number in values.values())
    return f"CASE {name}{whens} ELSE {default} END", list(values)


def weighed(definition: Definition, customers: Sequence[int]) -> list[Weighed]:
    """The evidence that counts today with its points, the heaviest first; as ``graded`` adds it up."""
    today = timezone.localdate()
    weighs: Mapping[str, Mapping[str, int]] = definition.settings.get("indicators", {})
    rows = RiskSignal.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=today),
        customer_id__in=customers,
        deletion__isnull=True,
        state=SignalState.OPEN,
    )
    found = []
    for row in rows.only("pk", "customer_id", "indicator", "seen", "seen_on", "reliability"):
        weigh = weighs.get(row.indicator, {"weight": 0, "fade": 1})
        worth = points(weigh["weight"], weigh["fade"], row.reliability, (today - row.seen_on).days)
        found.append(Weighed(row.pk, row.customer_id, row.indicator, row.seen, row.seen_on, row.reliability, worth))
    return sorted(found, key=lambda signal: (-signal.points, signal.id))
