"""Targets of the demo: the branch's year, split among departments, people, quarters and months, a part of it left to give out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhike.accounts.models import Department
from zhike.domain.targets.choices import Level, Measure, Span
from zhike.domain.targets.models import SalesTarget
from zhike.domain.targets.services.splitting import Way, target_split
from zhike.domain.targets.standing import stands_add, stands_refresh
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, record_save

ORIGIN = Origin("demo")
#: Yuan of a year by what counts: the branch, and what its departments of sales have of it.
YEARS = (
    (Measure.ORDERS, 900_000, {"销售一部": 480_000, "销售二部": 360_000}),
    (Measure.RECEIPTS, 700_000, {"销售一部": 380_000, "销售二部": 320_000}),
)


def targets(people: Mapping[Any, int], today: date) -> None:
    """Write the targets of this year, and compute what was reached."""
    if not people:
        return
    rooms = dict(Department.objects.filter(deletion__isnull=True).values_list("name", "pk"))
    branch = Department.objects.filter(parent__isnull=True, deletion__isnull=True).order_by("pk").first()
    if branch is None:
        return
    for measure, whole, shares in YEARS:
        ids = [_target(today.year, measure, branch.pk, whole)]
        for name, yuan in shares.items():
            if name in rooms:
                ids.append(_target(today.year, measure, rooms[name], yuan))
                target_split(ids[-1:], actor=SYSTEM, way=Way.PEOPLE.value)
        target_split(ids, actor=SYSTEM, way=Way.QUARTERS.value)
    _months(today)
    stands_add(SalesTarget.objects.values_list("pk", flat=True))
    stands_refresh()


def _target(year: int, measure: str, department: int, yuan: int) -> int:
    values = {
        "year": year,
        "span": Span.YEAR.value,
        "level": Level.DEPARTMENT.value,
        "department": department,
        "measure": measure,
        "amount": yuan * 100,
    }
    return record_save(registry.get("sales_target"), values, actor=SYSTEM, origin=ORIGIN)


def _months(today: date) -> None:
    """People's orders by quarter, and those of this quarter by month."""
    mine = SalesTarget.objects.filter(level=Level.PERSON, measure=Measure.ORDERS, span=Span.YEAR)
    target_split(list(mine.values_list("pk", flat=True)), actor=SYSTEM, way=Way.QUARTERS.value)
    quarter = f"q{(today.month + 2) // 3}"
    now = SalesTarget.objects.filter(level=Level.PERSON, measure=Measure.ORDERS, span=quarter)
    target_split(list(now.values_list("pk", flat=True)), actor=SYSTEM, way=Way.MONTHS.value)
