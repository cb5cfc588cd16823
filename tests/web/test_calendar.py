"""The calendar of a list: records on their days in the reader's zone, within rights and filters, moved by hand."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from django.utils.translation import override

from tests.cast import Cast, actor, client
from tests.web.records import customers
from zhike.domain.activities.models import Task
from zhike.engines.saved_views.models import SavedView
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.records import record_save

pytestmark = pytest.mark.query


def days(cast: Cast, address: str = "tasks", **query: str) -> dict[str, list[str]]:
    """Titles by day, of Bob's calendar."""
    context = client(cast.bob).get(f"/o/{address}/calendar/", query).context
    return {day["date"]: [str(entry["title"]) for entry in day["entries"]] for day in context["days"] if day["entries"]}


def task(cast: Cast, title: str, due: str, owner: Any = None) -> int:
    values = {"title": title, "due_at": due, "owner": (owner or cast.bob).pk}
    return record_save(registry.get("task"), values, actor=SYSTEM)


def test_records_stand_on_their_day_in_the_zone_of_the_reader(cast: Cast) -> None:
    task(cast, "早", "2026-05-01T01:00:00Z")
    task(cast, "夜", "2026-05-01T16:30:00Z")
    task(cast, "前月", "2026-04-29T01:00:00Z")
    assert days(cast, day="2026-05-15", span="month") == {
        "2026-04-29": ["前月"],
        "2026-05-01": ["早"],
        "2026-05-02": ["夜"],
    }
    assert days(cast, day="2026-05-02", span="day") == {"2026-05-02": ["夜"]}
    assert days(cast, day="2026-05-02", span="week") == {
        "2026-04-29": ["前月"],
        "2026-05-01": ["早"],
        "2026-05-02": ["夜"],
    }


def test_only_what_one_may_see_and_the_filter_finds(cast: Cast) -> None:
    task(cast, "甲", "2026-05-01T01:00:00Z")
    task(cast, "乙", "2026-05-01T02:00:00Z")
    task(cast, "别人的", "2026-05-01T03:00:00Z", cast.charlie)
    tree = json.dumps({"field": "title", "op": "contains", "value": "乙"})
    assert days(cast, day="2026-05-01") == {"2026-05-01": ["甲", "乙"]}
    assert days(cast, day="2026-05-01", filter=tree) == {"2026-05-01": ["乙"]}
    assert client(cast.bob).get("/o/tasks/calendar/", {"filter": "{"}).status_code == 422


def test_lunar_birthdays_stand_on_the_day_on_which_they_are_observed(cast: Cast) -> None:
    """Mid-autumn, the 15th day of the 8th month, is on 2026-09-25; source: lunar calendar of the Hong Kong Observatory."""
    for name, birthday in (("农历", "L1980-08-15"), ("公历", "1990-09-10")):
        customers(cast.bob, name, kind="person", birthday=birthday)
    assert days(cast, "customers", dates="birthday", day="2026-09-01") == {
        "2026-09-10": ["公历"],
        "2026-09-25": ["农历"],
    }


def test_a_date_of_one_s_own_makes_a_calendar_too(cast: Cast) -> None:
    field_create("customer", kind="date", label="签约日", key="signed", actor=actor(cast.adam))
    customers(cast.bob, "甲", signed="2026-05-09")
    assert days(cast, "customers", dates="signed", day="2026-05-01") == {"2026-05-09": ["甲"]}


def test_a_task_moves_to_another_day_keeps_its_time_and_comes_back(cast: Cast) -> None:
    pk = task(cast, "甲", "2026-05-01T01:30:00Z")
    browser = client(cast.bob)
    answer = browser.post(f"/o/tasks/{pk}/day/?dates=due_at", {"day": "2026-05-20", "version": "1"})
    assert answer.status_code == 204
    assert Task.objects.get(pk=pk).due_at.isoformat() == "2026-05-20T01:30:00+00:00"
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert browser.post(undo).status_code in {200, 204}
    assert Task.objects.get(pk=pk).due_at.isoformat() == "2026-05-01T01:30:00+00:00"


@pytest.mark.parametrize("data", [{"day": "tomorrow"}, {}, {"day": "2026-02-30"}])
def test_a_day_that_is_none_moves_nothing(cast: Cast, data: dict[str, str]) -> None:
    pk = task(cast, "甲", "2026-05-01T01:30:00Z")
    assert client(cast.bob).post(f"/o/tasks/{pk}/day/?dates=due_at", data).status_code == 422


def test_nobody_moves_what_is_read_only_or_out_of_sight(cast: Cast) -> None:
    pk = task(cast, "甲", "2026-05-01T01:30:00Z", cast.charlie)
    assert client(cast.bob).post(f"/o/tasks/{pk}/day/?dates=due_at", {"day": "2026-05-20"}).status_code == 404
    own = task(cast, "乙", "2026-05-01T01:30:00Z")
    assert client(cast.bob).post(f"/o/tasks/{own}/day/?dates=created_at", {"day": "2026-05-20"}).status_code == 403


@pytest.mark.parametrize(
    "query", [{"day": "nonsense"}, {"day": "0001-01-01"}, {"span": "era"}, {"dates": "nothing"}, {"day": "9999-12-31"}]
)
def test_an_address_that_makes_no_sense_still_gives_a_page(cast: Cast, query: dict[str, str]) -> None:
    assert client(cast.bob).get("/o/tasks/calendar/", query).status_code == 200


def test_holidays_and_make_up_workdays_are_named(cast: Cast) -> None:
    """Source: the notice of the State Council on the holidays of 2026."""
    context = client(cast.bob).get("/o/tasks/calendar/", {"day": "2026-10-01"}).context
    found = {day["date"]: day for day in context["days"]}
    assert str(found["2026-10-01"]["note"]) == "国庆节"
    assert found["2026-10-01"]["off"]
    assert not found["2026-09-30"]["off"]


def test_a_calendar_is_kept_as_a_view_and_opens_as_one(cast: Cast) -> None:
    browser = client(cast.bob)
    answer = browser.post("/o/tasks/views/new/?dates=due_at&span=week", {"name": "我的周历", "shared": "private"})
    assert answer.status_code == 204
    view = SavedView.objects.get()
    assert "/o/tasks/calendar/" in answer["HX-Location"]
    context = browser.get("/o/tasks/calendar/", {"view": str(view.pk)}).context
    assert context["span"] == "week"
    tab = next(tab for tab in context["views"] if tab["label"] == "我的周历")
    assert tab["url"].startswith("/o/tasks/calendar/")


def test_a_page_costs_the_same_however_many_records_it_shows(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client(cast.bob).get("/o/tasks/calendar/", {"day": "2026-05-01"})
        return len(seen)

    task(cast, "甲", "2026-05-01T01:30:00Z")
    queries()
    few = queries()
    for number in range(30):
        task(cast, f"任务{number}", f"2026-05-{number + 1:02}T01:30:00Z")
    assert queries() <= few


def test_months_and_weekdays_have_their_chinese_names() -> None:
    with override("zh-hans"):
        months = [date_format(date(2026, month, 1), "F") for month in range(1, 13)]
        days = [date_format(date(2026, 11, 23 + number), "l") for number in range(7)]
        assert date_format(date(2026, 5, 4), "MONTH_DAY_FORMAT") == "5月4日"
        assert date_format(date(2026, 5, 4), "DATE_FORMAT") == "2026年5月4日"

    assert months == [f"{number}月" for number in (*"一二三四五六七八九十", "十一", "十二")]
    assert days == [f"星期{day}" for day in "一二三四五六日"]
