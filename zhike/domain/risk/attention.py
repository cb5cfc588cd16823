"""Irregular attention: reminders of how a risk customer stands and visits, at moments drawn by lot within the bounds of its level.

Source: "不定期访问调查, 不定时提醒业务经理、业务员客户当前状况". The draw follows a seed that nobody knows, so that nobody can foresee it and a
repeated run draws the same; it lies within working hours, and what was drawn is used once: notice, task and next draw are
one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.activities.choices import TaskKind, TaskStatus
from zhike.domain.activities.models import Task
from zhike.domain.customers.models import Customer
from zhike.domain.risk.models import RiskPlan
from zhike.domain.risk.scheme import risk_version
from zhike.domain.tiers.definition import Definition, read
from zhike.domain.tiers.models import TierGrade
from zhike.engines.working_time.services import working_calendar
from zhike.jobs.scheduler import scheduled
from zhike.lib.working_time import WorkingCalendar, YearNotKnown
from zhike.metadata import notices, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.storage import storage

logger = logging.getLogger(__name__)

#: Customers handled in one transaction; the rest comes with the next look.
AT_ONCE = 500
#: Working days within which a visit that was drawn is to be made.
DAYS_TO_VISIT = 3
ORIGIN = Origin("risk", "irregular visit")
Window = Sequence[int]

REMINDER = notices.register(
    NoticeKind(
        "risk_reminder",
        gettext_lazy("Reminders of my risk customers, at irregular times"),
        gettext_lazy("How does “%(title)s” stand? Now “%(level)s” with a score of %(score)s of 100."),
        icon="alert-triangle",
    )
)


@dataclass(frozen=True, slots=True)
class Lot:
    """Draws moments within working time."""

    calendar: WorkingCalendar
    seed: str

    def day(self, what: str, customer: int, turn: int, start: date, window: Window) -> date:
        """A working day from the ``window[0]``-th to the ``window[1]``-th after ``start``. Raises YearNotKnown."""
        return self.calendar.add_working_days(start, self._random(what, customer, turn).randint(window[0], window[1]))

    def moment(self, what: str, customer: int, turn: int, start: date, window: Window) -> datetime:
        """A minute of the working time of such a day. Raises YearNotKnown."""
        spans = self.calendar.spans_of(self.day(what, customer, turn, start, window))
        minutes = [int((closes - opens).total_seconds()) // 60 for opens, closes in spans]
        place = self._random(f"{what} minute", customer, turn).randrange(sum(minutes))
        for (opens, _closes), length in zip(spans, minutes, strict=True):
            if place < length:
                return opens + timedelta(minutes=place)
            place -= length
        raise AssertionError("the place lies within the minutes")

    def _random(self, what: str, customer: int, turn: int) -> Random:
        return Random(f"{self.seed}:{what}:{customer}:{turn}")


def windows(definition: Definition) -> Mapping[str, Mapping[str, Window]]:
    """Level → "remind" and "visit" → the least and the most working days between two of them."""
    found: Mapping[str, Mapping[str, Window]] = definition.settings.get("irregular", {})
    return found


@scheduled("risk.attention", every=300)
def attend() -> None:
    """Look every five minutes for what was drawn."""
    try:
        attend_at(timezone.now())
    except YearNotKnown as unknown:
        logger.warning("reminders and visits of risk customers wait for the working days of a year: %s", unknown)


def attend_at(now: datetime, seed: str | None = None) -> tuple[int, int]:
    """Draw for customers whose level is new, send the reminders that are due and make the visits; returns how many of
    each. Raises YearNotKnown."""
    version = risk_version()
    if version is None:
        return 0, 0
    definition, lot = read(version.definition), Lot(working_calendar(), seed or settings.SECRET_KEY)
    with storage().write_transaction():
        storage().lock_key("risk attention")
        draw(version.scheme_id, definition, lot, timezone.localtime(now).date())
        return remind(version.scheme_id, definition, lot, now), visit(definition, lot, timezone.localtime(now).date())


def draw(scheme: int, definition: Definition, lot: Lot, today: date) -> int:
    """Plans for customers at risk, anew when the level became another; none for those who are at risk no longer."""
    bounds = windows(definition)
    graded = TierGrade.objects.filter(scheme_id=scheme, grade__in=list(bounds))
    RiskPlan.objects.exclude(customer_id__in=graded.values("customer_id")).delete()
    same = RiskPlan.objects.filter(customer_id=OuterRef("customer_id"), level=OuterRef("grade"))
    fresh = list(graded.filter(~Exists(same)).order_by("customer_id").values_list("customer_id", "grade")[:AT_ONCE])
    turns = dict(RiskPlan.objects.filter(pk__in=[pk for pk, _level in fresh]).values_list("pk", "turn"))
    plans = []
    for pk, level in fresh:
        turn = turns.get(pk, 0) + 1
        plans.append(_plan(pk, level, turn, bounds[level], lot, today))
    RiskPlan.objects.bulk_create(
        plans,
        update_conflicts=True,
        unique_fields=["customer_id"],
        update_fields=["level", "remind_at", "visit_on", "turn"],
    )
    return len(plans)


def _plan(pk: int, level: str, turn: int, bounds: Mapping[str, Window], lot: Lot, today: date) -> RiskPlan:
    return RiskPlan(
        customer_id=pk,
        level=level,
        turn=turn,
        remind_at=lot.moment("remind", pk, turn, today, bounds["remind"]) if "remind" in bounds else None,
        visit_on=lot.day("visit", pk, turn, today, bounds["visit"]) if "visit" in bounds else None,
    )


def is_working(calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether somebody is at work. Raises YearNotKnown."""
    return any(opens <= now < closes for opens, closes in calendar.spans_of(now.astimezone(calendar.zone).date()))


def remind(scheme: int, definition: Definition, lot: Lot, now: datetime) -> int:
    """Tell owner and head of department how their customers stand, as far as that is due; nobody outside of working hours."""
    if not is_working(lot.calendar, now):
        return 0
    bounds, today = windows(definition), timezone.localtime(now).date()
    due = list(RiskPlan.objects.filter(remind_at__lte=now).order_by("remind_at")[:AT_ONCE])
    if not due:
        return 0
    ids = [plan.pk for plan in due]
    scores = dict(TierGrade.objects.filter(scheme_id=scheme, customer_id__in=ids).values_list("customer_id", "score"))
    rows = Customer.objects.filter(pk__in=ids, deletion__isnull=True)
    people = {pk: told for pk, *told in rows.values_list("pk", "owner_id", "department__head_id")}
    notices.send(
        [
            Notice(
                REMINDER.key,
                tuple({person for person in people.get(plan.pk, ()) if person is not None}),
                "customer",
                plan.pk,
                params={
                    "level": definition.label(plan.level, "zh-hans"),
                    "score": "–" if scores.get(plan.pk) is None else scores[plan.pk],
                },
                once=f"risk_reminder:{plan.pk}:{plan.turn}",
            )
            for plan in due
        ]
    )
    for plan in due:
        plan.turn += 1
        window = bounds.get(plan.level, {}).get("remind")
        plan.remind_at = lot.moment("remind", plan.pk, plan.turn, today, window) if window else None
    RiskPlan.objects.bulk_update(due, ["remind_at", "turn"], batch_size=AT_ONCE)
    return len(due)


def visit(definition: Definition, lot: Lot, today: date) -> int:
    """Tasks for the visits that were drawn for today or before; none where a visit is planned already or nobody owns the customer."""
    bounds = windows(definition)
    due = list(RiskPlan.objects.filter(visit_on__lte=today).order_by("visit_on", "pk")[:AT_ONCE])
    if not due or not lot.calendar.is_working_day(today):
        return 0
    planned = Task.objects.filter(
        customer_id=OuterRef("pk"), kind=TaskKind.VISIT, status=TaskStatus.OPEN, deletion__isnull=True
    )
    wanted: Any = Customer.objects.filter(
        ~Exists(planned), Q(owner__isnull=False), pk__in=[plan.pk for plan in due], deletion__isnull=True
    )
    owners = dict(wanted.values_list("pk", "owner_id"))
    until = datetime.combine(lot.calendar.add_working_days(today, DAYS_TO_VISIT), time(18), tzinfo=lot.calendar.zone)
    tasks = [
        Row(
            {
                "title": _("Irregular visit: see how the customer stands"),
                "kind": TaskKind.VISIT.value,
                "priority": "high",
                "customer": pk,
                "owner": owner,
                "due_at": until,
            }
        )
        for pk, owner in sorted(owners.items())
    ]
    if tasks:
        save(registry.get("task"), tasks, actor=SYSTEM, origin=ORIGIN)
    for plan in due:
        window = bounds.get(plan.level, {}).get("visit")
        plan.visit_on = lot.day("visit", plan.pk, plan.turn, today, window) if window else None
    RiskPlan.objects.bulk_update(due, ["visit_on"], batch_size=AT_ONCE)
    return len(tasks)
