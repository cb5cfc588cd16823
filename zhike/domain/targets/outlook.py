"""The months to come by own history: net sales of the firm and of each department, computed at night in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.models import Department
from zhike.domain.deals.forecast import months_from
from zhike.domain.targets.models import SalesOutlook
from zhike.domain.trade.models import Transaction
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata.storage import storage

JOB = "targets.outlook"
FIRM = 0
#: Longer histories say more of another time than of this one.
MOST_MONTHS = 84
MOST_SECONDS = 1_800
PROGRAM = (sys.executable, "-m", "zhike.lib.holt_winters")
#: Where the package lies, so that the program finds it wherever the server was started.
ROOT = Path(__file__).resolve().parents[3]


@scheduled("targets.outlook", daily_at="03:40")
def outlook_nightly() -> None:
    """Queue the computation: the history has one more day."""
    enqueue(JOB)


@job(JOB)
def run_outlook(_run: JobRun) -> dict[str, int]:
    """Compute the outlook of the firm and of every department that has sold."""
    return {"series": outlooks_write()}


def outlooks_write(today: date | None = None) -> int:
    """Write the outlook of every series anew; returns how many there are."""
    day = today or timezone.localdate()
    found = histories(day)
    told = _computed({str(key): values for key, (_first, values) in found.items()})
    now = timezone.now()
    rows = [
        SalesOutlook(department=key, first_month=first, history=values, outlook=told[str(key)], computed_at=now)
        for key, (first, values) in found.items()
    ]
    with storage().write_transaction():
        SalesOutlook.objects.all().delete()
        SalesOutlook.objects.bulk_create(rows, batch_size=100)
    return len(rows)


def histories(today: date) -> dict[int, tuple[date, list[int]]]:
    """First month and net sales by month of the firm and of each department with those below, whole months alone."""
    end = today.replace(day=1)
    begin = date(end.year - MOST_MONTHS // 12, end.month, 1)
    rows = Transaction.objects.filter(deletion__isnull=True, day__gte=begin, day__lt=end).order_by()
    grouped = rows.annotate(_month=TruncMonth("day")).values_list("department_id", "_month").annotate(Sum("amount"))
    tree = DepartmentTree(dict(Department.objects.values_list("pk", "parent_id")))
    sums: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for room, month, total in grouped:
        above = () if room is None else (room, *tree.ancestors(room))
        for key in (FIRM, *above):
            sums[key][date(month.year, month.month, 1)] += int(total or 0)
    return {key: _whole(by_month, end) for key, by_month in sums.items()}


def _whole(by_month: Mapping[date, int], end: date) -> tuple[date, list[int]]:
    """Every month from the first with sales up to the last whole one; a month without any is 0."""
    first = min(by_month)
    count = (end.year - first.year) * 12 + end.month - first.month
    return first, [by_month.get(month, 0) for month in months_from(first, count)]


def _computed(series: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the program; statsmodels and its memory live and end with that process."""
    if not series:
        return {}
    done = subprocess.run(  # noqa: S603 - our own program
        PROGRAM,
        input=json.dumps(series),
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=True,
        cwd=ROOT,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def month_behind(outlook: SalesOutlook, place: int) -> date | None:
    """The month that is ``place`` months behind the first of the history."""
    if outlook.first_month is None:
        return None
    return months_from(outlook.first_month, place + 1)[place]
