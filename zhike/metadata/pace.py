"""How many rows a long piece of work writes at once, so that nobody waits long behind it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

FEWEST, MOST = 100, 2_000


class Pace:
    """Suits the size of transactions to how long they take: larger ones cost less a row, smaller ones let others in."""

    def __init__(self, seconds: float, *, fewest: int = FEWEST, most: int = MOST) -> None:
        self.seconds = seconds
        self.fewest, self.most = fewest, most
        #: Rows for the next transaction.
        self.rows = min(max(500, fewest), most)

    @contextmanager
    def measured(self, rows: int) -> Iterator[None]:
        """Around what holds others up while it writes so many rows."""
        started = time.monotonic()
        yield
        self.learn(rows, time.monotonic() - started)

    def learn(self, rows: int, held: float) -> None:
        """So many rows held others up for so many seconds: at most double or halve, since one measurement may mislead."""
        fitting = rows * self.seconds / max(held, 1e-6)
        self.rows = round(min(max(fitting, self.rows / 2, self.fewest), self.rows * 2, self.most))
