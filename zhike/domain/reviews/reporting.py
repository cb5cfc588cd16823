"""How a cycle stands and stood: one grouping of its reviews, by person and department."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from zhike.accounts.models import User
from zhike.domain.reviews.asking import reviews_seen
from zhike.domain.reviews.models import RecheckState, Result, ReviewCycle, ReviewState, Trend
from zhike.metadata.actor import Actor

DUE, DONE, MISSED = Q(state=ReviewState.DUE), Q(state=ReviewState.DONE), Q(state=ReviewState.MISSED)
LOSSES = (Trend.LOSS.value, Trend.GONE.value)

#: Numbers of the report: key → (aggregate, filter of the rows that it opens to, beside cycle and person).
Condition = dict[str, Any]


def eq(key: str, value: Any) -> Condition:
    return {"field": key, "op": "eq", "value": value}


@dataclass(frozen=True, slots=True)
class Number:
    """One number: how it is counted, and the filter of the reviews behind it."""

    aggregate: Any
    rows: tuple[Condition, ...] = ()


def numbers(today: date) -> Mapping[str, Number]:
    """The numbers of a report in order; what is summed opens to the rows that add something."""
    return {
        "total": Number(Count("pk")),
        "done": Number(Count("pk", filter=DONE), (eq("state", "done"),)),
        "due": Number(Count("pk", filter=DUE), (eq("state", "due"),)),
        "overdue": Number(
            Count("pk", filter=DUE & Q(due_on__lt=today)),
            (eq("state", "due"), {"field": "due_on", "op": "lt", "value": {"relative": "today"}}),
        ),
        "missed": Number(Count("pk", filter=MISSED), (eq("state", "missed"),)),
        "corrected": Number(Sum("corrected_count"), ({"field": "corrected_count", "op": "gt", "value": 0},)),
        "unreachable": Number(Sum("unreachable_count"), ({"field": "unreachable_count", "op": "gt", "value": 0},)),
        "growth": Number(Count("pk", filter=Q(trend=Trend.GROWTH)), (eq("trend", Trend.GROWTH.value),)),
        "loss": Number(
            Count("pk", filter=Q(trend__in=LOSSES)), ({"field": "trend", "op": "in", "value": list(LOSSES)},)
        ),
        **{
            result.value: Number(Count("pk", filter=Q(result=result)), (eq("result", result.value),))
            for result in (Result.IMPORTANT, Result.SPECIAL, Result.GENERAL)
        },
        "waiting": Number(Count("pk", filter=Q(recheck=RecheckState.WAITING)), (eq("recheck", "waiting"),)),
        "checked": Number(Sum("checked_count"), ({"field": "checked_count", "op": "gt", "value": 0},)),
        "wrong": Number(Sum("wrong_count"), ({"field": "wrong_count", "op": "gt", "value": 0},)),
    }


@dataclass(slots=True)
class Line:
    """The numbers of a person, a department or everybody; ``error_percent`` is None where nothing was checked."""

    person: int | None
    name: str
    values: dict[str, int] = dataclass_field(default_factory=dict)
    first_due: date | None = None

    @property
    def error_percent(self) -> float | None:
        checked = self.values.get("checked", 0)
        return round(100 * self.values["wrong"] / checked, 1) if checked else None

    @property
    def done_percent(self) -> int:
        total = self.values.get("total", 0)
        return 100 * self.values["done"] // total if total else 0


@dataclass(slots=True)
class Department:
    """A department with its people; the sum of their lines."""

    id: int | None
    line: Line
    people: list[Line]


@dataclass(slots=True)
class Report:
    cycle: ReviewCycle
    departments: list[Department]
    total: Line


def cycle_report(cycle: ReviewCycle, *, actor: Actor, keys: Collection[str] | None = None) -> Report:
    """Numbers of the reviews of a cycle that the actor sees, all of them or those with ``keys``; two queries."""
    wanted = {key: number for key, number in numbers(timezone.localdate()).items() if keys is None or key in keys}
    rows = reviews_seen(actor, gathered=True).filter(cycle=cycle).order_by()
    grouped = rows.values("reviewer_id").annotate(
        first_due=Min("due_on", filter=DUE), **{key: number.aggregate for key, number in wanted.items()}
    )
    lines = [_line(row, wanted) for row in grouped]
    named: Any = User.objects.filter(pk__in=[line.person for line in lines if line.person])
    people: dict[int, tuple[str, int | None, str | None]] = {
        pk: (name, department, room)
        for pk, name, department, room in named.values_list("pk", "name", "department_id", "department__name")
    }
    by_department: dict[int | None, list[Line]] = {}
    names: dict[int | None, str] = {}
    for line in lines:
        line.name, room, room_name = people.get(line.person or 0, ("", None, None))
        by_department.setdefault(room, []).append(line)
        names[room] = room_name or ""
    departments = [
        Department(room, summed(names[room], found, wanted), sorted(found, key=_urgent))
        for room, found in sorted(by_department.items(), key=lambda item: (item[0] is None, names[item[0]]))
    ]
    return Report(cycle, departments, summed("", lines, wanted))


def _urgent(line: Line) -> tuple[int, int, str]:
    """Who is late comes first."""
    return (-line.values.get("overdue", 0), -line.values.get("due", 0), line.name)


def _line(row: Mapping[str, Any], wanted: Iterable[str]) -> Line:
    return Line(row["reviewer_id"], "", {key: row[key] or 0 for key in wanted}, row["first_due"])


def summed(name: str, lines: Sequence[Line], wanted: Iterable[str]) -> Line:
    """The sum of lines."""
    days = [line.first_due for line in lines if line.first_due is not None]
    values = {key: sum(line.values[key] for line in lines) for key in wanted}
    return Line(None, name, values, min(days, default=None))
