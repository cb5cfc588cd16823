"""Recall by working days: who loses what when, the countdown that agrees with it, warnings, and a job that may be killed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from tests.domain.pools.scene import make_customer, make_pool, owned_since, spoke
from zhike.domain.customers.models import Customer
from zhike.domain.pools.belonging import pools_in_use
from zhike.domain.pools.figures import recall_days
from zhike.domain.pools.jobs import recall_tonight
from zhike.domain.pools.models import Custody
from zhike.domain.pools.rules import due_for_recall
from zhike.domain.pools.services import recall as service
from zhike.engines.notify.models import Notification
from zhike.engines.working_time.services import working_calendar
from zhike.jobs.models import Job
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.lib.working_time import YearNotKnown

pytestmark = [pytest.mark.django_db, pytest.mark.write]

CHINA = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def due_on(pool: object, day: date) -> set[int]:
    rows = due_for_recall(pools_in_use(), pool, day, working_calendar())  # type: ignore[arg-type]
    return set(rows.values_list("pk", flat=True))


def test_working_days_step_over_the_spring_festival(cast: Cast) -> None:
    """Five working days after Thursday 12 February 2026: 13, 14 (made up), 24, 25, 26 February."""
    pool = make_pool(cast, idle_days=5)
    pk = make_customer(cast)
    owned_since(pk, at(1, 5))
    spoke(cast, pk, at(2, 12, 23))

    assert due_on(pool, date(2026, 2, 25)) == set()
    assert due_on(pool, date(2026, 2, 26)) == {pk}


@pytest.mark.parametrize("offset", range(40))
def test_the_countdown_says_the_day_on_which_the_rule_bites(cast: Cast, offset: int) -> None:
    pool = make_pool(cast, idle_days=3, protection_days=4)
    pk = make_customer(cast)
    owned_since(pk, at(2, 1))
    spoke(cast, pk, at(2, 1) + timedelta(days=offset))

    [(found, day)] = recall_days([pk], at(2, 1))

    assert found == pk
    assert due_on(pool, day) == {pk}
    assert not any(due_on(pool, day - timedelta(days=before)) for before in range(1, 15))


def test_nothing_is_taken_during_protection_or_on_a_day_off(cast: Cast) -> None:
    pool = make_pool(cast, idle_days=1, protection_days=10)
    pk = make_customer(cast)
    owned_since(pk, at(3, 2))

    assert due_on(pool, date(2026, 3, 13)) == set()
    assert due_on(pool, date(2026, 3, 14)) == set()
    assert service.recall(date(2026, 3, 14)) == 0
    assert service.losses(pool, date(2026, 3, 14)) == ([], 0)
    assert due_on(pool, date(2026, 3, 16)) == {pk}


def test_a_customer_without_a_deal_goes_however_often_one_called(cast: Cast) -> None:
    pool = make_pool(cast, idle_days=20, deal_days=10)
    without, won = make_customer(cast, "甲"), make_customer(cast, "乙")
    for pk in (without, won):
        owned_since(pk, at(3, 2))
        spoke(cast, pk, at(3, 15), outcome="deal" if pk == won else "reached")

    assert due_on(pool, date(2026, 3, 16)) == {without}


def test_recall_takes_the_customer_tells_the_owner_and_writes_the_ledger(cast: Cast) -> None:
    pool = make_pool(cast, idle_days=5)
    ids = [make_customer(cast, name) for name in ("甲", "乙")]
    fresh = make_customer(cast, "丙")
    for pk in ids:
        owned_since(pk, at(3, 2))
    owned_since(fresh, at(3, 12))

    assert service.recall(date(2026, 3, 13)) == 2
    assert service.recall(date(2026, 3, 13)) == 0

    assert set(Customer.objects.filter(pool=pool, owner=None).values_list("pk", flat=True)) == set(ids)
    assert Customer.objects.get(pk=fresh).owner_id == cast.bob.pk
    entry = Custody.objects.get(customer_id=ids[0])
    assert (entry.kind, entry.from_user_id, entry.pool_id, entry.reason) == (
        "recall",
        cast.bob.pk,
        pool.pk,
        "连续 5 个工作日没有跟进",
    )
    told = Notification.objects.filter(user=cast.bob, kind="pool_recalled")
    assert told.get().params["count"] == 2


def test_owners_are_warned_once_for_a_day(cast: Cast) -> None:
    make_pool(cast, idle_days=5, warn_days=2)
    pk = make_customer(cast)
    owned_since(pk, at(3, 2))

    assert service.warn(date(2026, 3, 6)) == 1
    service.warn(date(2026, 3, 6))

    told = Notification.objects.filter(user=cast.bob, kind="pool_warning")
    assert told.get().params["day"] == "2026-03-10"


def test_the_dry_run_lists_who_loses_what_tomorrow_and_changes_nothing(cast: Cast) -> None:
    pool = make_pool(cast, idle_days=5)
    pk = make_customer(cast)
    owned_since(pk, at(3, 2))

    found, total = service.losses(pool, date(2026, 3, 9))

    assert ([loss.customer.pk for loss in found], total) == ([pk], 1)
    assert found[0].is_idle
    assert Customer.objects.get(pk=pk).owner_id == cast.bob.pk


def test_an_unknown_year_stops_the_recall_loudly(cast: Cast) -> None:
    """DOMAINS 14, trap."""
    make_pool(cast, idle_days=5)
    pk = make_customer(cast)
    owned_since(pk, at(3, 2))
    with pytest.raises(YearNotKnown):
        service.recall(date(2027, 1, 12))

    with time_machine.travel(datetime(2027, 1, 12, 1, tzinfo=CHINA), tick=False):
        recall_tonight()
        recall_tonight()
        assert Job.objects.filter(kind="pools.recall").count() == 1
        job = claim("test")
        assert job is not None
        perform(job)

    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "2027" in job.error
    assert Customer.objects.get(pk=pk).owner_id == cast.bob.pk


def test_a_recall_that_was_killed_goes_on_and_takes_nothing_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_pool(cast, idle_days=5)
    ids = [make_customer(cast, f"客户{number}") for number in range(5)]
    for pk in ids:
        owned_since(pk, at(3, 2))
    monkeypatch.setattr(service, "AT_ONCE", 2)
    places: list[tuple[int, int]] = []

    def keep(place: tuple[int, int]) -> None:
        places.append(place)
        if len(places) == 2:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        service.recall(date(2026, 3, 13), keep=keep)
    # The second batch was rolled back with its checkpoint.
    assert Custody.objects.count() == 2

    assert service.recall(date(2026, 3, 13), pool_id=places[0][0], after=places[0][1]) == 3
    assert Custody.objects.count() == 5


def test_the_number_of_queries_does_not_grow_with_the_customers(cast: Cast) -> None:
    make_pool(cast, idle_days=5)

    def cost(count: int) -> int:
        for number in range(count):
            owned_since(make_customer(cast, f"客户{count}-{number}"), at(3, 2))
        with CaptureQueriesContext(connection) as captured:
            assert service.recall(date(2026, 3, 13)) == count
        return len(captured)

    # From twenty rows on PostgreSQL is written to by COPY, which costs two statements, once.
    assert cost(60) <= cost(30)


def test_a_follow_up_by_the_owner_starts_the_countdown_anew(cast: Cast) -> None:
    pool = make_pool(cast, idle_days=5)
    pk = make_customer(cast)
    owned_since(pk, at(3, 2))
    assert actor(cast.bob).user_id == cast.bob.pk

    spoke(cast, pk, at(3, 9))

    assert due_on(pool, date(2026, 3, 13)) == set()
    assert due_on(pool, date(2026, 3, 16)) == {pk}
