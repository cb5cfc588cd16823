"""The grading itself: one statement over a range of customers, whatever their number; nothing is computed per row.

Quantiles follow R's ``rfm`` (type 7, plus one whole unit, lower bound inclusive; github.com/rsquaredacademy/rfm): cut-offs are values, so
that customers with equal values always get equal points. NTILE, which splits ties, is used nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from zhike.domain.tiers import methods
from zhike.domain.tiers.definition import Criterion, Definition
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

Cuts = list[list[Any]]
#: Place of customers who are not graded: outside the population, or without any of the numbers.
NONE = -1


@dataclass(frozen=True, slots=True)
class Graded:
    """A statement that gives (id, place, score, points …) of customers, with its parameters."""

    sql: str
    params: tuple[Any, ...]


def everybody(condition: Q | None = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = policy.every_record(registry.get("customer")).filter(deletion__isnull=True).order_by()
    return rows if condition is None else rows.filter(condition)


def population(definition: Definition) -> Q:
    return compile_filter(registry.get("customer"), definition.population, context_for(SYSTEM))


def cut_offs(definition: Definition) -> Cuts:
    """Lower bounds of all criteria: those written down, or the quantiles of today's population."""
    if definition.by != "score":
        return []
    return [list(criterion.cuts) or quantiles(definition, criterion) for criterion in definition.criteria]


def quantiles(definition: Definition, criterion: Criterion) -> list[Any]:
    """Cut-offs that part the values of the population into equal shares; empty when nobody has a value. Ties repeat them."""
    field = registry.get("customer").field(criterion.field)
    values = everybody(population(definition)).annotate(_value=field.type.expression(field))
    selected, params = values.filter(_value__isnull=False).values_list("_value").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({selected}) AS found", params)
        count = int(cursor.fetchone()[0])
        if not count:
            return []
        steps = [divmod((count - 1) * part, criterion.parts) for part in range(1, criterion.parts)]
        places = sorted({place for whole, _rest in steps for place in (whole + 1, min(whole + 2, count))})
        cursor.execute(
            f"WITH found (v) AS ({selected}), placed AS (SELECT v, row_number() OVER (ORDER BY v) AS n FROM found)"
            f" SELECT n, v FROM placed WHERE n IN ({', '.join(map(str, places))})",
            params,
        )
        at = {int(place): Decimal(str(value)) for place, value in cursor.fetchall()}
    one = 100 if field.type.key == "money" else 1
    found = []
    for whole, rest in steps:
        low, high = at[whole + 1], at[min(whole + 2, count)]
        found.append(_bound(low + (high - low) * rest / criterion.parts + one, is_whole=field.type.key != "decimal"))
    return found


def _bound(value: Decimal, *, is_whole: bool) -> int | str:
    """As JSON keeps it. Whole values reach 115.4 exactly when they reach 116."""
    if is_whole:
        return int(value.to_integral_value(rounding="ROUND_CEILING"))
    return str(value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP).normalize())


def graded(definition: Definition, cuts: Cuts, condition: Q | None = None) -> Graded:
    """Everybody, or the customers of a condition, with their place among the grades."""
    if (method := methods.find(definition.by)) is not None:
        return method.graded(definition, condition)
    belongs = population(definition)
    rows = everybody(condition)
    if definition.by == "rules":
        return _by_rules(definition, rows, belongs)
    return _by_score(definition, cuts, rows, belongs)


def _by_rules(definition: Definition, rows: QuerySet[Any], belongs: Q) -> Graded:
    """The first grade whose rule holds; the last one takes the others."""
    customers, context = registry.get("customer"), context_for(SYSTEM)
    cases = [When(~belongs, then=Value(NONE))] if definition.population else []
    for place, grade in enumerate(definition.grades[:-1]):
        cases.append(When(compile_filter(customers, grade.rule, context), then=Value(place)))
    last = Value(len(definition.grades) - 1)
    placed = rows.annotate(_place=Case(*cases, default=last, output_field=IntegerField()))
    selected, params = placed.values_list("pk", "_place").query.sql_with_params()
    return Graded(
        f"WITH base (pk, place) AS ({selected}) SELECT pk, place, CAST(NULL AS integer) FROM base", tuple(params)
    )


def _by_score(definition: Definition, cuts: Cuts, rows: QuerySet[Any], belongs: Q) -> Graded:
    """Points by criterion, their weighted sum in whole numbers, and the grade that the sum reaches."""
    fields = [registry.get("customer").field(criterion.field) for criterion in definition.criteria]
    inside: Any = Value(1, output_field=IntegerField())
    if definition.population:
        inside = Case(When(belongs, then=Value(1)), default=Value(0), output_field=IntegerField())
    values = {f"_v{place}": field.type.expression(field) for place, field in enumerate(fields)}
    selected, params = (
        rows.annotate(_inside=inside, **values).values_list("pk", "_inside", *values).query.sql_with_params()
    )
    names = [f"v{place}" for place in range(len(fields))]
    points, bounds = [], []
    for name, criterion, lower in zip(names, definition.criteria, cuts, strict=True):
        text, used = _points(name, criterion, lower)
        points.append(text)
        bounds += used
    listed = [f"p{place}" for place in range(len(fields))]
    total = " + ".join(
        f"{criterion.weight * (definition.unit // criterion.most)} * {name}"
        for criterion, name in zip(definition.criteria, listed, strict=True)
    )
    nobody = " AND ".join(f"{name} = 0" for name in listed)
    steps = "".join(
        f" WHEN total * 100 >= {grade.least or 0} * {definition.most} THEN {place}"
        for place, grade in enumerate(definition.grades[:-1])
    )
    return Graded(
        f"WITH base (pk, inside, {', '.join(names)}) AS MATERIALIZED ({selected}),"
        f" pointed (pk, inside, {', '.join(listed)}) AS (SELECT pk, inside, {', '.join(points)} FROM base),"
        f" summed AS (SELECT pk, inside, {', '.join(listed)}, {total} AS total FROM pointed)"
        f" SELECT pk, CASE WHEN inside = 0 OR ({nobody}) THEN {NONE}{steps} ELSE {len(definition.grades) - 1} END,"
        f" total * 100 / {definition.most}, {', '.join(listed)} FROM summed",
        (*params, *bounds),
    )


def _points(name: str, criterion: Criterion, cuts: Sequence[Any]) -> tuple[str, list[Any]]:
    """1 for the worst band up to the most for the best; 0 without a value. Equal values reach the same cut-offs."""
    if criterion.less_is_better:
        bands, last = [("<", criterion.most - place, cut) for place, cut in enumerate(cuts)], criterion.most - len(cuts)
    else:
        bands, last = [(">=", place, cut) for place, cut in enumerate(cuts, start=2)][::-1], 1
    whens = "".join(f" WHEN {name} {compares} %s THEN {points}" for compares, points, _cut in bands)
    return f"CASE WHEN {name} IS NULL THEN 0{whens} ELSE {last} END", [_param(cut) for _compares, _points, cut in bands]


def _param(cut: Any) -> Any:
    if isinstance(cut, str | Decimal):
        return float(cut) if connection.vendor == "sqlite" else Decimal(cut)
    return cut
