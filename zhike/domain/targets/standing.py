"""Keeps what was reached of each target: computed anew for those behind which something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from zhike.domain.targets.choices import Level
from zhike.domain.targets.counting import Key, Trees, totals
from zhike.domain.targets.models import SalesTarget, TargetStand
from zhike.domain.targets.spans import months_of
from zhike.metadata.storage import storage

AT_ONCE = 500


def stands_mark(measure: str, days: Iterable[date | None]) -> int:
    """Say that something changed that counts on these days; all targets of the measure where a day is not known."""
    known = list(days)
    rows = TargetStand.objects.filter(target__measure=measure, is_stale=False)
    if known and None not in known:
        dated = [day for day in known if day is not None]
        rows = rows.filter(target__first_on__lte=max(dated), target__last_on__gte=min(dated))
    return rows.update(is_stale=True) if known else 0


def stands_add(ids: Iterable[int]) -> None:
    """Give new and changed targets something to stand in; they are computed within half a minute."""
    listed = sorted(set(ids))
    for start in range(0, len(listed), AT_ONCE):
        some = listed[start : start + AT_ONCE]
        known = set(TargetStand.objects.filter(pk__in=some).values_list("pk", flat=True))
        TargetStand.objects.filter(pk__in=known).update(is_stale=True)
        there = SalesTarget.objects.filter(pk__in=set(some) - known).values_list("pk", flat=True)
        TargetStand.objects.bulk_create([TargetStand(target_id=pk) for pk in there])


def stands_refresh() -> int:
    """Compute every stale target; returns how many. Sums are made before anything is locked."""
    stale = SalesTarget.objects.filter(stand__is_stale=True).select_related("stand").order_by("year", "pk")
    groups: dict[tuple[int, str], list[SalesTarget]] = defaultdict(list)
    for target in stale:
        groups[target.year, target.measure].append(target)
    trees = Trees.read() if groups else None
    for listed in groups.values():
        if trees is not None:
            _refresh(listed, trees)
    return sum(map(len, groups.values()))


def _refresh(targets: list[SalesTarget], trees: Trees) -> None:
    """Targets of one year and measure."""
    # Said first: what changes from here on marks them again.
    ids = [target.pk for target in targets]
    with storage().write_transaction():
        for start in range(0, len(ids), AT_ONCE):
            TargetStand.objects.filter(pk__in=ids[start : start + AT_ONCE]).update(is_stale=False)
    days = [day for target in targets for day in (target.first_on, target.last_on) if day is not None]
    if not days:
        return
    by_category = any(target.category_id for target in targets)
    found = totals(targets[0].measure, min(days), max(days), by_category=by_category, trees=trees)
    now, fresh = timezone.now(), []
    for target in targets:
        attained, rows = reached(target, found)
        stand = target.stand
        if stand.computed_at is None or (stand.attained, stand.rows) != (attained, rows):
            fresh.append(TargetStand(target_id=target.pk, attained=attained, rows=rows, computed_at=now))
    with storage().write_transaction():
        TargetStand.objects.bulk_update(fresh, ["attained", "rows", "computed_at"], batch_size=200)


def reached(target: SalesTarget, found: dict[Key, tuple[int, int]]) -> tuple[int, int]:
    """Amount and rows of a target, from the totals of its year."""
    subject: Any = {Level.PERSON: target.owner_id, Level.DEPARTMENT: target.department_id}.get(Level(target.level), 0)
    sums = [
        found.get((target.level, subject or 0, target.category_id or 0, date(target.year, month, 1)), (0, 0))
        for month in months_of(target.span)
    ]
    return sum(amount for amount, _rows in sums), sum(rows for _amount, rows in sums)
