"""The figures of each person's customers: as they stand, and week by week."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.quality.models import InspectionItem, QualityScore, QualitySnapshot, Verdict
from zhike.jobs.scheduler import scheduled
from zhike.metadata.storage import storage

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one person's customers; shares in per cent, None where there is nothing to divide by."""

    user_id: int
    customers: int = 0
    score_sum: int = 0
    scored: int = 0
    verified: int = 0
    reachable: int = 0
    overdue: int = 0
    stale: int = 0
    checked: int = 0
    wrong: int = 0

    @property
    def completeness(self) -> int | None:
        return share(self.score_sum, 100 * self.scored)

    @property
    def verified_share(self) -> int | None:
        return share(self.verified, self.reachable)

    @property
    def stale_share(self) -> int | None:
        return share(self.stale, self.customers)

    @property
    def error_rate(self) -> int | None:
        return share(self.wrong, self.checked)


def share(part: int, whole: int) -> int | None:
    """Per cent, rounded half up."""
    return (200 * part + whole) // (2 * whole) if whole else None


def figures(users: Collection[int] | None = None, *, now: datetime | None = None) -> list[Figures]:
    """The figures of these people, or of everybody who has customers, in three statements."""
    moment = now or timezone.now()
    owned: Any = Customer.objects.filter(deletion__isnull=True, owner__isnull=False)
    if users is not None:
        owned = owned.filter(owner__in=users)
    counts = dict(owned.order_by().values_list("owner").annotate(Count("pk")))
    scores: Any = QualityScore.objects.filter(customer__deletion__isnull=True, customer__owner__in=list(counts))
    rows = (
        scores.order_by()
        .values_list("customer__owner")
        .annotate(
            of_score=Sum("score"),
            scored=Count("score"),
            verified=Count("pk", filter=Q(is_verified=True)),
            reachable=Count("pk", filter=Q(is_verified__isnull=False)),
            stale=Count("pk", filter=Q(stale_at__lte=moment)),
        )
    )
    told = {row[0]: row[1:] for row in rows}
    late: Any = QualityScore.objects.filter(entry_due_at__lte=moment, customer__deletion__isnull=True).order_by()
    overdue = dict(late.values_list("entry_by_id").annotate(Count("pk")))
    return [
        Figures(pk, number, *_scored(told.get(pk)), overdue=overdue.get(pk, 0), stale=(told.get(pk) or (0,) * 5)[4])
        for pk, number in sorted(counts.items())
    ]


def _scored(row: Any) -> tuple[int, int, int, int]:
    return (0, 0, 0, 0) if row is None else (row[0] or 0, row[1], row[2], row[3])


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@scheduled("quality.snapshot", daily_at="04:10")
def take_snapshot() -> int:
    """Write the week's figures of everybody, over those of yesterday; returns of how many people."""
    week = monday(timezone.localdate())
    errors = dict[int, tuple[int, int]]()
    items: Any = InspectionItem.objects.filter(at__date__gte=week, at__date__lt=week + timedelta(days=7)).order_by()
    judged = items.values_list("inspection__user").annotate(
        checked=Count("pk", filter=Q(verdict__in=(Verdict.RIGHT, Verdict.WRONG))),
        wrong=Count("pk", filter=Q(verdict=Verdict.WRONG)),
    )
    for user, checked, wrong in judged:
        errors[user] = (checked, wrong)
    with storage().write_transaction():
        rows = [_row(week, found, errors.get(found.user_id, (0, 0))) for found in figures()]
        QualitySnapshot.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["user", "week"],
            update_fields=[
                "customers",
                "score_sum",
                "scored",
                "verified",
                "reachable",
                "overdue",
                "stale",
                "checked",
                "wrong",
            ],
        )
    return len(rows)


def _row(week: date, found: Figures, errors: tuple[int, int]) -> QualitySnapshot:
    return QualitySnapshot(
        week=week,
        user_id=found.user_id,
        customers=found.customers,
        score_sum=found.score_sum,
        scored=found.scored,
        verified=found.verified,
        reachable=found.reachable,
        overdue=found.overdue,
        stale=found.stale,
        checked=errors[0],
        wrong=errors[1],
    )


def course(users: Iterable[int], today: date) -> dict[int, list[Figures]]:
    """The last twelve weeks of these people, oldest first; weeks without a snapshot are left out."""
    since = monday(today) - timedelta(weeks=WEEKS - 1)
    found: dict[int, list[Figures]] = {}
    for row in QualitySnapshot.objects.filter(user__in=list(users), week__gte=since).order_by("week"):
        found.setdefault(row.user_id, []).append(
            Figures(
                row.user_id,
                row.customers,
                row.score_sum,
                row.scored,
                row.verified,
                row.reachable,
                row.overdue,
                row.stale,
                row.checked,
                row.wrong,
            )
        )
    return found
