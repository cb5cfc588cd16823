"""Long pieces of work suit their transactions to the time that others may be kept waiting."""

from __future__ import annotations

from zhike.metadata.pace import Pace


def test_transactions_grow_while_they_are_short_and_shrink_when_they_are_long() -> None:
    pace = Pace(0.05, fewest=100, most=2_000)
    assert pace.rows == 500
    pace.learn(500, 0.01)
    assert pace.rows == 1_000
    pace.learn(1_000, 0.1)
    assert pace.rows == 500
    for _slow in range(9):
        pace.learn(pace.rows, 10.0)
    assert pace.rows == 100
    for _quick in range(9):
        pace.learn(pace.rows, 0.0)
    assert pace.rows == 2_000


def test_what_was_measured_settles_at_the_time_allowed() -> None:
    pace = Pace(0.05)
    for _round in range(9):
        pace.learn(pace.rows, pace.rows * 0.0001)
    assert pace.rows == 500
