"""Reminders and visits at moments that nobody foresees, within bounds and working hours, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.cast import Cast, actor
from tests.domain.risk.base import customer, signal, weigh
from tests.engines.approvals.flow_of import flow, person, step
from zhike.domain.activities.models import Task
from zhike.domain.risk.attention import Lot, attend_at
from zhike.domain.risk.holds import hold_lift, hold_place, open_holds
from zhike.domain.risk.models import CreditHold, RiskPlan, RiskSignal
from zhike.domain.risk.reporting import is_first_working_day, reports_make, standing
from zhike.engines.approvals.deciding import approval_grant
from zhike.engines.approvals.models import Approval
from zhike.engines.notify.models import Notification
from zhike.engines.working_time.services import working_calendar
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.filters import compile_filter
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.write]
SHANGHAI = ZoneInfo("Asia/Shanghai")
#: A Monday at noon.
MONDAY = datetime(2026, 6, 1, 11, 0, tzinfo=SHANGHAI)


def at_risk(cast: Cast) -> int:
    record_save(registry.get("department"), {"head": cast.alice.pk}, id=cast.first.pk, actor=SYSTEM)
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    signal(pk, "bankruptcy")
    weigh()
    return pk


def reminders() -> list[int]:
    return sorted(Notification.objects.filter(kind="risk_reminder").values_list("user_id", flat=True))


def test_moments_lie_within_their_window_and_working_hours() -> None:
    calendar = working_calendar()
    lot, start = Lot(calendar, "seed"), date(2026, 9, 25)
    first, last = calendar.add_working_days(start, 2), calendar.add_working_days(start, 6)
    moments = [lot.moment("remind", pk, 1, start, (2, 6)) for pk in range(300)]
    assert all(first <= moment.date() <= last for moment in moments)
    assert all(
        any(opens <= moment < closes for opens, closes in calendar.spans_of(moment.date())) for moment in moments
    )
    assert len({moment.date() for moment in moments}) == 5, "every day of the window comes up"
    assert moments == [lot.moment("remind", pk, 1, start, (2, 6)) for pk in range(300)]
    assert moments != [Lot(calendar, "other").moment("remind", pk, 1, start, (2, 6)) for pk in range(300)]


def test_a_reminder_reaches_owner_and_manager_once_and_never_after_hours(cast: Cast) -> None:
    pk = at_risk(cast)
    attend_at(MONDAY, "seed")
    plan = RiskPlan.objects.get(pk=pk)
    assert plan.remind_at is not None
    assert MONDAY < plan.remind_at < MONDAY + timedelta(days=12)
    assert reminders() == []
    late = plan.remind_at.astimezone(SHANGHAI).replace(hour=22)
    assert attend_at(late, "seed")[0] == 0
    assert reminders() == [], "nobody is reminded at night"
    assert attend_at(plan.remind_at, "seed")[0] == 1
    assert attend_at(plan.remind_at, "seed")[0] == 0
    assert reminders() == sorted([cast.alice.pk, cast.bob.pk])
    assert RiskPlan.objects.get(pk=pk).remind_at != plan.remind_at


def test_a_visit_becomes_a_task_on_its_day_unless_one_is_planned(cast: Cast) -> None:
    pk = at_risk(cast)
    attend_at(MONDAY, "seed")
    day = RiskPlan.objects.get(pk=pk).visit_on
    assert day is not None
    assert working_calendar().is_working_day(day)
    noon = datetime(day.year, day.month, day.day, 11, tzinfo=SHANGHAI)
    assert attend_at(noon - timedelta(days=1), "seed")[1] == 0
    assert attend_at(noon, "seed")[1] == 1
    assert attend_at(noon, "seed")[1] == 0
    assert Task.objects.get().owner_id == cast.bob.pk
    RiskPlan.objects.update(visit_on=day)
    assert attend_at(noon, "seed")[1] == 0, "while a visit is planned none is added"


def test_who_is_at_risk_no_longer_is_left_alone(cast: Cast) -> None:
    pk = at_risk(cast)
    attend_at(MONDAY, "seed")
    RiskSignal.objects.update(state="dismissed")
    weigh()
    attend_at(MONDAY + timedelta(days=60), "seed")
    assert not RiskPlan.objects.filter(pk=pk).exists()
    assert reminders() == []


def test_credit_is_given_again_when_the_flow_that_asks_for_a_word_ends_well(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    hold_place([pk], actor=actor(cast.alice), reason="欠款 97 天")
    flow(cast, step(person(cast.eve)), kind="credit_release")

    hold_lift([pk], actor=actor(cast.alice), reason="已付清")

    assert open_holds([pk])
    asked = Approval.objects.get(kind="credit_release")
    with pytest.raises(Invalid, match="running_already"):
        hold_lift([pk], actor=actor(cast.alice), reason="已付清")
    approval_grant([asked.pk], actor=actor(cast.eve))
    assert not open_holds([pk])
    lifted = CreditHold.objects.get(customer_id=pk)
    assert (lifted.lift_reason, lifted.lifted_by_id) == ("已付清", cast.eve.pk)


def test_a_hold_says_who_and_why_stands_once_and_is_lifted_with_a_reason(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    for stranger in (cast.charlie, cast.eve, cast.mallory):
        with pytest.raises(NotFound):
            hold_place([pk], actor=actor(stranger), reason="外人")
    hold_place([pk], actor=actor(cast.alice), reason="欠款 97 天")
    hold_place([pk], actor=actor(cast.bob), reason="又一次")
    held = CreditHold.objects.get()
    assert (held.owner_id, held.reason) == (cast.alice.pk, "欠款 97 天")
    assert open_holds([pk])[pk].pk == held.pk
    customers = registry.get("customer")
    on_hold = compile_filter(customers, {"field": "credit_hold", "op": "eq", "value": "held"}, context_for(SYSTEM))
    assert list(customers.model._default_manager.filter(on_hold).values_list("pk", flat=True)) == [pk]
    hold_lift([pk], actor=actor(cast.alice), reason="已付清")
    held.refresh_from_db()
    assert (held.lifted_by_id, held.lift_reason) == (cast.alice.pk, "已付清")
    assert not open_holds([pk])
    hold_place([pk], actor=actor(cast.bob), reason="再次逾期")
    assert CreditHold.objects.count() == 2
    assert Notification.objects.filter(kind="credit_hold", user_id=cast.bob.pk).count() == 1


def test_the_report_is_frozen_once_a_day_and_sees_no_more_than_its_reader(cast: Cast) -> None:
    at_risk(cast)
    other = customer("远方公司", owner=cast.charlie.pk, department=cast.second.pk)
    signal(other, "bankruptcy")
    weigh()
    seen = standing(actor(cast.alice))
    assert (seen.population, seen.high, seen.risen) == (1, 1, 1)
    assert standing(actor(cast.eve)).high == 2
    today = date(2026, 6, 1)
    assert reports_make(today) == 2
    assert reports_make(today) == 0
    reports = {row.owner_id: row for row in registry.get("risk_report").model._default_manager.all()}
    assert set(reports) == {cast.alice.pk, cast.eve.pk}
    mine: object = reports[cast.alice.pk]
    assert getattr(mine, "high") == 1  # noqa: B009
    assert "远方公司" not in str(getattr(mine, "body"))  # noqa: B009
    assert Notification.objects.filter(kind="risk_report").count() == 2


def test_the_first_working_day_of_a_week_knows_holidays() -> None:
    assert is_first_working_day(date(2026, 6, 1))
    assert not is_first_working_day(date(2026, 6, 2))
    assert not is_first_working_day(date(2026, 5, 4)), "the May holiday"
    assert is_first_working_day(date(2026, 5, 6))
