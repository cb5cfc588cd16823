"""The forecast by person: what was won, and open deals by category, beside what a manager expects instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from typing import Any

from django.db.models import Count, Sum

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.models import Department
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.forecast import COUNTED, WON, Cell
from zhike.domain.targets.choices import Level
from zhike.domain.targets.models import ForecastAdjustment
from zhike.domain.targets.spans import days_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor

#: Who a figure is for, by level: id of a person or department, 0 for the firm.
Subject = tuple[str, int]


@dataclass(slots=True)
class Figures:
    """Deals of one person in a period by category, and won ones; money in minor units."""

    owner: int | None
    department: int | None
    cells: dict[str, Cell] = dataclass_field(default_factory=dict)

    def cell(self, category: str) -> Cell:
        return self.cells.get(category, Cell())

    @property
    def expected(self) -> int:
        """What was won, and open deals by their probability: the figure of the deals themselves."""
        return self.cell(WON).amount + sum(self.cell(category).weighted for category in COUNTED)


def figures(actor: Actor, year: int, span: str, today: date) -> list[Figures]:
    """People's figures as the actor may see them, in two queries; overdue deals stand in no period."""
    first, last = days_of(year, span)
    seen: Any = policy.queryset_for(actor, registry.get("opportunity")).order_by()
    weighted = registry.get("opportunity").field("weighted")
    sums = {"count": Count("pk"), "total": Sum("amount"), "expected": Sum(weighted.type.expression(weighted))}
    found: dict[tuple[int | None, int | None], Figures] = {}

    def keep(row: Mapping[str, Any], category: str) -> None:
        key = (row["owner_id"], row["department_id"])
        mine = found.setdefault(key, Figures(*key))
        mine.cells[category] = Cell(row["count"], int(row["total"] or 0), int(row["expected"] or 0))

    due = seen.filter(state=DealState.OPEN, forecast__in=COUNTED, close_on__range=(max(first, today), last))
    for row in due.values("owner_id", "department_id", "forecast").annotate(**sums):
        keep(row, row["forecast"])
    won = seen.filter(state=DealState.WON, closed_at__date__gte=first, closed_at__date__lte=last)
    for row in won.values("owner_id", "department_id").annotate(**sums):
        keep(row, WON)
    return list(found.values())


def by_person(found: Iterable[Figures]) -> dict[int | None, Figures]:
    """One line a person, whichever departments their deals are in."""
    joined: dict[int | None, Figures] = {}
    for part in found:
        mine = joined.setdefault(part.owner, Figures(part.owner, part.department))
        for category, cell in part.cells.items():
            other = mine.cell(category)
            mine.cells[category] = Cell(
                cell.count + other.count, cell.amount + other.amount, cell.weighted + other.weighted
            )
    return joined


def told_now(periods: Iterable[tuple[int, str]], today: date) -> dict[tuple[int, str, str, int], int]:
    """What the deals give for everybody in these periods: amounts by year, span, level and id."""
    sums: dict[tuple[int, str, str, int], int] = defaultdict(int)
    tree = DepartmentTree(dict(Department.objects.values_list("pk", "parent_id")))
    for year, span in set(periods):
        for part in figures(SYSTEM, year, span, today):
            subjects: list[Subject] = [(Level.COMPANY.value, 0)]
            if part.owner is not None:
                subjects.append((Level.PERSON.value, part.owner))
            if part.department is not None:
                rooms = (part.department, *tree.ancestors(part.department))
                subjects += [(Level.DEPARTMENT.value, room) for room in rooms]
            for level, pk in subjects:
                sums[year, span, level, pk] += part.expected
    return sums


def adjustments(actor: Actor, year: int, span: str) -> dict[Subject, list[ForecastAdjustment]]:
    """What managers said of the period within the actor's sight, by subject, the latest first."""
    found: dict[Subject, list[ForecastAdjustment]] = defaultdict(list)
    seen: Any = policy.queryset_for(actor, registry.get("forecast_adjustment"))
    for row in seen.filter(year=year, span=span).select_related("created_by").order_by("-pk"):
        ids = {Level.PERSON: row.owner_id, Level.DEPARTMENT: row.department_id}
        found[row.level, ids.get(Level(row.level)) or 0].append(row)
    return found
