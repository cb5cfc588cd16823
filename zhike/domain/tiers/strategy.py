"""What a tier is due: contacts by kind and rhythm, planned as tasks of the owners, never twice, and how far it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from zhike.domain.activities.choices import TaskKind, TaskStatus
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.customers.choices import Stage
from zhike.domain.customers.models import Customer
from zhike.domain.tiers.definition import Definition, Grade, Play
from zhike.domain.tiers.models import PlannedWork, TierGrade, TierScheme
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import Origin, Row, save

#: Tasks made in one night for one play; what is left comes the next nights.
MOST_A_NIGHT = 2_000
#: Days that a person has to do what fell due.
DAYS_TO_DO = 7
ORIGIN = Origin("tiers", "strategy")


@dataclass(frozen=True, slots=True)
class Compliance:
    """Of ``due`` customers of a grade ``kept`` had the contact within its days, as of ``day``."""

    grade: Grade
    play: Play
    due: int
    kept: int
    day: date

    @property
    def percent(self) -> int | None:
        """None where nobody is due."""
        return self.kept * 100 // self.due if self.due else None


def members(scheme: TierScheme, grade: str) -> QuerySet[Any]:
    """Customers of a grade who are looked after: owned and not lost."""
    graded = TierGrade.objects.filter(scheme=scheme, grade=grade, customer_id=OuterRef("pk"))
    rows: QuerySet[Any] = Customer.objects.filter(Exists(graded), deletion__isnull=True, owner__isnull=False)
    return rows.exclude(stage=Stage.LOST)


#: Kinds of which no conversation tells: that they were done is all there is to know.
HANDED_OVER = frozenset({TaskKind.GIFT.value, TaskKind.OFFER.value})


def contacted(play: Play) -> Exists:
    """Whether the outer customer had such a contact within the days of the play, or got the gift or offer; "other" means any contact."""
    since = timezone.now() - timedelta(days=play.every)
    if play.kind in HANDED_OVER:
        done: QuerySet[Any] = Task.objects.filter(
            customer_id=OuterRef("pk"),
            kind=play.kind,
            status=TaskStatus.DONE,
            done_at__gte=since,
            deletion__isnull=True,
        )
        return Exists(done)
    rows: QuerySet[Any] = Interaction.objects.filter(
        customer_id=OuterRef("pk"), deletion__isnull=True, happened_at__gte=since
    )
    return Exists(rows if play.kind == "other" else rows.filter(channel=play.kind))


def plan_work(scheme: TierScheme, definition: Definition, today: date | None = None) -> int:
    """Make the tasks that fell due; one a customer and period, however often it runs."""
    day = today or timezone.localdate()
    return sum(_plan(scheme, grade, play, day) for grade in definition.grades for play in grade.plays)


def _plan(scheme: TierScheme, grade: Grade, play: Play, today: date) -> int:
    key = play.key(grade.key)
    planned = PlannedWork.objects.filter(scheme=scheme, play=key, customer_id=OuterRef("pk"))
    is_open = Exists(Task.objects.filter(pk=OuterRef("task_id"), status=TaskStatus.OPEN, deletion__isnull=True))
    lately = planned.filter(Q(period__gt=today - timedelta(days=play.every)) | Q(is_open))
    rows = members(scheme, grade.key).filter(~contacted(play), ~Exists(lately)).order_by("pk")
    due = list(rows.values_list("pk", "owner_id")[:MOST_A_NIGHT])
    if not due:
        return 0
    # Written first: whoever else plans the same stops at the constraint, and no task is made twice.
    work = PlannedWork.objects.bulk_create(
        [PlannedWork(scheme=scheme, play=key, customer_id=pk, period=today) for pk, _owner in due]
    )
    until = timezone.now() + timedelta(days=min(DAYS_TO_DO, play.every))
    tasks = [
        Row(
            {
                "title": play.title,
                "kind": play.kind,
                "customer": pk,
                "owner": owner,
                "due_at": until,
                "note": play.content or None,
            }
        )
        for pk, owner in due
    ]
    result = save(registry.get("task"), tasks, actor=SYSTEM, origin=ORIGIN)
    for row, made in zip(work, result.rows, strict=True):
        row.task_id = made.id
    PlannedWork.objects.bulk_update(work, ["task_id"], batch_size=500)
    return len(work)


def compliance(scheme: TierScheme, definition: Definition, actor: Actor) -> list[Compliance]:
    """How far each play is kept among the customers whom the actor sees."""
    today = timezone.localdate()
    seen = policy.queryset_for(actor, registry.get("customer")).values("pk")
    found = []
    for grade in definition.grades:
        for play in grade.plays:
            rows = members(scheme, grade.key).filter(pk__in=seen)
            found.append(Compliance(grade, play, rows.count(), rows.filter(contacted(play)).count(), today))
    return found
