"""Rules by which something returns. Cases marked RFC are examples of RFC 5545, section 3.8.5.3."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, strategies as st

from zhike.lib.recurrence import BadRecurrence, Recurrence, read_recurrence


def run(code: str, start: date, count: int = 4) -> list[str]:
    found, day = [], start
    for _ in range(count):
        following = read_recurrence(code).following(day)
        if following is None:
            break
        found.append(following.isoformat())
        day = following
    return found


@pytest.mark.parametrize(
    ("code", "start", "days"),
    [
        ("FREQ=DAILY;INTERVAL=10", date(1997, 9, 2), ["1997-09-12", "1997-09-22", "1997-10-02", "1997-10-12"]),  # RFC
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR",
            date(1997, 9, 1),
            ["1997-09-03", "1997-09-05", "1997-09-15", "1997-09-17"],
        ),  # RFC
        ("FREQ=WEEKLY", date(1997, 9, 2), ["1997-09-09", "1997-09-16", "1997-09-23", "1997-09-30"]),  # RFC
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            date(2026, 5, 7),
            ["2026-05-08", "2026-05-11", "2026-05-12", "2026-05-13"],
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 1, 31), ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        (
            "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=30",
            date(2027, 8, 30),
            ["2028-02-29", "2028-08-30", "2029-02-28", "2029-08-30"],
        ),
        ("FREQ=YEARLY;BYMONTHDAY=29", date(2024, 2, 29), ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("FREQ=DAILY;UNTIL=20260503", date(2026, 5, 1), ["2026-05-02", "2026-05-03"]),
        ("FREQ=YEARLY", date(9999, 1, 1), []),
    ],
)
def test_it_returns_on_these_days(code: str, start: date, days: list[str]) -> None:
    assert run(code, start) == days


def test_what_was_missed_is_not_made_up_for() -> None:
    rule = read_recurrence("FREQ=WEEKLY;INTERVAL=2")
    assert rule.not_before(date(2026, 1, 5), date(2026, 3, 1)) == date(2026, 3, 2)
    assert read_recurrence("FREQ=DAILY;UNTIL=20260110").not_before(date(2026, 1, 5), date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    "code",
    ["", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=999", "FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY;BYMONTHDAY=3",
     "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=DAILY;UNTIL=20261301", "FREQ=DAILY;UNTIL=20261201;COUNT=3", "FREQ=WEEKLY;BYDAY=XX",
     "FREQ=DAILY\n"],
)  # fmt: skip
def test_what_is_no_rule_is_refused(code: str) -> None:
    with pytest.raises(BadRecurrence):
        read_recurrence(code)


@given(
    unit=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    interval=st.integers(1, 60),
    start=st.dates(date(1990, 1, 1), date(2090, 12, 31)),
    seed=st.integers(0, 9),
    when_due=st.booleans(),
)
def test_codes_round_trip_and_time_goes_on(unit: str, interval: int, start: date, seed: int, when_due: bool) -> None:
    weekdays = tuple(sorted(Random(seed).sample(range(7), 3))) if unit == "WEEKLY" else ()
    rule = Recurrence(unit, interval, weekdays, count=seed or None, when_due=when_due)
    assert read_recurrence(rule.code) == rule
    following = rule.following(start)
    assert following is not None
    assert following > start
    assert not weekdays or following.weekday() in weekdays
