"""Which batches a piece of work wrote, whoever called the write path in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from zhike.metadata.writes import WriteEvent, after_write

_collected: ContextVar[list[int] | None] = ContextVar("bulk_batches", default=None)


@contextmanager
def batches_written() -> Iterator[list[int]]:
    """A list that fills with the numbers of the batches written inside the block."""
    found: list[int] = []
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


@after_write
def collect(event: WriteEvent) -> None:
    found = _collected.get()
    if found is not None and event.batch_id not in found:
        found.append(event.batch_id)
