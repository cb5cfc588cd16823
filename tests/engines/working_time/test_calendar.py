"""The shipped calendar, the firm's own days over it, years taken in as text, and who may change any of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from tests.cast import Cast, actor, client
from zhike.cli.doctor_command import business_calendar
from zhike.engines.working_time import services
from zhike.engines.working_time.models import CalendarDay
from zhike.lib.working_time import YearNotKnown
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import Change

pytestmark = [pytest.mark.django_db, pytest.mark.write]

YEAR_2027 = "2027-01-01~2027-01-03 休 元旦\n2027/2/5～2027/2/11,休,春节\n\n2027.2.13 班 春节"


def test_the_shipped_calendar_gives_the_make_up_saturday() -> None:
    """DOMAINS 1: China, 09–18, created Fri 2026-02-13 17:00: 4 h → Sat 14 Feb 12:00."""
    friday = datetime(2026, 2, 13, 17, tzinfo=ZoneInfo("Asia/Shanghai"))

    ends = services.working_calendar().add_working_time(friday, timedelta(hours=4))

    assert (ends.date(), ends.hour) == (date(2026, 2, 14), 12)


@pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_shipped_years_have_the_number_of_working_days_that_the_state_council_gave_them(
    year: int, worked: int
) -> None:
    assert services.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == worked


def test_2027_is_refused_until_it_is_taken_in(cast: Cast) -> None:
    """DOMAINS 14, trap: the shipped calendar ends with 2026: editable holidays, loud failure."""
    with pytest.raises(YearNotKnown):
        services.add_working_days(date(2026, 12, 31), 1)

    assert services.year_import(2027, YEAR_2027, actor=actor(cast.adam)) == 11

    assert services.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert services.add_working_days(date(2027, 2, 4), 2) == date(2027, 2, 13)
    assert Change.objects.filter(object_key="office_hours").exists()


@pytest.mark.parametrize(("today", "mark"), [("2026-05-01", "✓"), ("2026-11-22", "!"), ("2028-01-05", "✗")])
def test_the_doctor_warns_in_time_and_finds_fault_when_it_is_late(
    cast: Cast, time_machine: TimeMachineFixture, today: str, mark: str
) -> None:
    time_machine.move_to(f"{today} 12:00:00+08:00")
    assert business_calendar().mark == mark


def test_the_doctor_tells_of_a_year_that_is_not_known(cast: Cast) -> None:
    assert services.unknown_year_ahead(date(2026, 5, 1)) is None
    assert services.unknown_year_ahead(date(2026, 11, 22)) == 2027
    assert services.unknown_year_ahead(date(2028, 1, 1)) == 2028

    services.year_import(2027, YEAR_2027, actor=actor(cast.adam))

    assert services.unknown_year_ahead(date(2026, 11, 22)) is None
    assert business_calendar().text


def test_the_firms_own_day_wins_and_gives_way_again(cast: Cast) -> None:
    adam = actor(cast.adam)
    services.day_set(date(2026, 3, 6), kind="off", name="司庆", actor=adam)
    assert services.add_working_days(date(2026, 3, 5), 1) == date(2026, 3, 9)

    services.day_clear(date(2026, 3, 6), actor=adam)
    assert services.add_working_days(date(2026, 3, 5), 1) == date(2026, 3, 6)

    services.day_set(date(2026, 3, 6), kind="off", name="司庆", actor=adam)
    services.day_set(date(2026, 3, 6), kind="work", name="司庆取消", actor=adam)
    assert CalendarDay.objects.filter(day=date(2026, 3, 6), deletion__isnull=True).count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "2027-13-01 休",
        "2027-01-01",
        "2027-01-01 也许",
        "2026-01-01 休",
        "2027-01-01 休\n2027-01-01 班",
        "2027-01-09~2027-01-01 休",
    ],
)
def test_a_line_that_cannot_be_understood_is_named_and_nothing_is_taken_in(cast: Cast, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        services.year_import(2027, text, actor=actor(cast.adam))

    assert "text" in refusal.value.problems
    assert not CalendarDay.objects.exists()
    with pytest.raises(YearNotKnown):
        services.add_working_days(date(2026, 12, 31), 1)


def test_hours_with_a_lunch_break_are_kept_and_bad_ones_refused(cast: Cast) -> None:
    adam = actor(cast.adam)
    week = dict.fromkeys(range(5), "09:00-12:00 13:30-18:00") | {5: "", 6: ""}
    services.hours_set(week, actor=adam)
    assert services.office_hours()["0"] == [["09:00", "12:00"], ["13:30", "18:00"]]

    for bad in ("9-25", "18:00-09:00", "09:00-12:00 11:00-13:00"):
        with pytest.raises(Invalid):
            services.hours_set({**week, 0: bad}, actor=adam)
    with pytest.raises(Invalid):
        services.hours_set(dict.fromkeys(range(7), ""), actor=adam)


def test_who_has_not_the_right_changes_nothing(cast: Cast) -> None:
    for person in (cast.bob, cast.alice, cast.eve, cast.clara, cast.mallory):
        with pytest.raises(Denied):
            services.day_set(date(2026, 3, 6), kind="off", name="司庆", actor=actor(person))
        with pytest.raises(Denied):
            services.year_import(2027, YEAR_2027, actor=actor(person))
        with pytest.raises(Denied):
            services.hours_set({0: "09:00-18:00"}, actor=actor(person))


def test_the_page_shows_the_year_takes_one_in_and_keeps_what_was_typed(cast: Cast) -> None:
    browser: Client = client(cast.adam)
    page = browser.get("/settings/calendar/?year=2027").content.decode()
    assert "2027" in page
    assert "day-unknown" in page

    wrong = browser.post("/settings/calendar/", {"do": "year", "year": "2027", "text": "元旦放三天"})
    assert wrong.status_code == 422
    assert "元旦放三天" in wrong.content.decode()

    done = browser.post("/settings/calendar/", {"do": "year", "year": "2027", "text": YEAR_2027})
    assert (done.status_code, done["Location"]) == (302, "/settings/calendar/?year=2027")
    assert "day-make-up" in browser.get("/settings/calendar/?year=2027").content.decode()


def test_the_interface_for_programs_reads_the_days(cast: Cast) -> None:
    services.day_set(date(2026, 3, 6), kind="off", name="司庆", actor=actor(cast.adam))

    answer = client(cast.bob).get("/o/calendar-days/")

    assert answer.status_code == 200
    assert "司庆" in answer.content.decode()
