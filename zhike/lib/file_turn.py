"""A fair queue of processes and threads, in front of something that only one of them may do at a time."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Held(threading.local):
    """Paths whose turn this thread has."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()


_held = _Held()


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait in line for ``path`` and hold it; waiters come on in the order in which they came. May be nested in one thread."""
    if path in _held.paths:
        yield
        return
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _held.paths.add(path)
        try:
            yield
        finally:
            _held.paths.discard(path)
