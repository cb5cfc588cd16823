"""Who is told of what: owners of their list and before the deadline, managers after it."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.domain.reviews.models import Review, ReviewCycle, ReviewState
from zhike.engines.approvals.deciders import managers_of
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import notices
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.storage import storage

log = logging.getLogger(__name__)

OPENED = notices.register(
    NoticeKind(
        "review_opened",
        _("Customers of mine are to be reviewed"),
        _("%(count)s of your customers are to be reviewed until %(day)s."),
        icon="clipboard-list",
    )
)
SOON = notices.register(
    NoticeKind(
        "review_soon",
        _("My review is nearly due"),
        _("%(count)s of your customers are still to be reviewed, until %(day)s."),
        icon="hourglass",
    )
)
LATE = notices.register(
    NoticeKind(
        "review_late",
        _("Somebody of my team is late with the review"),
        _("%(person)s has not reviewed %(count)s customers; they were due on %(day)s."),
        icon="alert-triangle",
    )
)


def due_reviews(cycle: ReviewCycle) -> Any:
    """Reviews of the cycle that somebody still has to do."""
    return Review.objects.filter(cycle=cycle, state=ReviewState.DUE, deletion__isnull=True).order_by()


def count_reviews(cycle: ReviewCycle) -> int:
    """Reviews of the cycle, whatever their state."""
    return Review.objects.filter(cycle=cycle).count()


def _by_person(cycle: ReviewCycle, **condition: Any) -> list[tuple[int, int, date]]:
    """(person, how many, earliest day) of what is due."""
    rows = due_reviews(cycle).filter(reviewer__isnull=False, **condition)
    grouped = rows.values_list("reviewer_id").annotate(Count("pk"), Min("due_on"))
    return [(person, count, day) for person, count, day in grouped.order_by("reviewer_id")]


def _notice(kind: NoticeKind, cycle: ReviewCycle, person: int, count: int, day: date) -> Notice:
    params = {"count": count, "day": day.isoformat()}
    return Notice(kind.key, (person,), "review_cycle", cycle.pk, params=params, once=f"{kind.key}:{cycle.pk}:{person}")


def tell_opened(cycle: ReviewCycle) -> None:
    """Every owner hears how many, and until when."""
    notices.send([_notice(OPENED, cycle, *row) for row in _by_person(cycle)])


def remind_and_escalate(cycle: ReviewCycle, today: date) -> int:
    """Tell owners shortly before the deadline and managers after it, each once, on working days; returns how many notices."""
    try:
        calendar = working_calendar()
        if not calendar.is_working_day(today):
            return 0
        soon = calendar.add_working_days(today, cycle.policy.remind_days) if cycle.policy.remind_days else today
    except YearNotKnown as unknown:
        log.warning("the working days of %s are not known: nobody is reminded of reviews", unknown.year)
        return 0
    near = _by_person(cycle, due_on__gte=today, due_on__lte=soon) if cycle.policy.remind_days else []
    sent = [_notice(SOON, cycle, *row) for row in near] + _late(cycle, today)
    with storage().write_transaction():
        notices.send(sent)
    return len(sent)


def _late(cycle: ReviewCycle, today: date) -> list[Notice]:
    late = _by_person(cycle, due_on__lt=today)
    names = dict(User.objects.filter(pk__in=[person for person, *_rest in late]).values_list("pk", "name"))
    told: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for person, _count, _day in late:
        told[person] = tuple(managers_of(person))
    return [
        Notice(
            LATE.key,
            told[person],
            "review_cycle",
            cycle.pk,
            params={"person": names.get(person, ""), "count": count, "day": day.isoformat()},
            once=f"{LATE.key}:{cycle.pk}:{person}",
        )
        for person, count, day in late
    ]
