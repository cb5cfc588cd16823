"""The sealer and the consumers of the change log.

PostgreSQL gives ids before it commits, so a reader by id can overtake a transaction still open and lose its changes for
ever. The sealer therefore numbers only rows whose transaction no running one can precede, gaplessly, and chains a hash
through them; consumers read by that number.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from zhike.jobs.scheduler import scheduled
from zhike.metadata import chain
from zhike.metadata.changes import consumers, prompt_consumers
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.pace import Pace
from zhike.metadata.storage import storage

logger = logging.getLogger(__name__)

SEAL_AT_ONCE = 1_000
CONSUME_AT_ONCE = 1_000
#: Below 200 documents the index of search takes each by itself, at more than twice the cost.
FEWEST_AT_ONCE = 250
#: Changes in memory for the consumers that come next: what one is given in its slice of time.
KEEP = 10_000
OUTBOX_SECONDS = 0.5
#: How long one consumer is fed before the others have their turn.
SLICE_SECONDS = 0.3
#: A consumer with more changes than this before it has a backlog.
BEHIND = 1_000
#: A write of at most so many records is what a person waits for.
SMALL = 100
PROMPT_AT_ONCE = 500
#: Changes among which small writes are looked for at once: a scan of an index, short enough to hold nobody up.
LOOK_THROUGH = 20_000

_paces: dict[str, Pace] = {}


def seal(limit: int = SEAL_AT_ONCE) -> int:
    """Number and chain changes that are due; return how many. Safe to call from several processes."""
    if not Change.objects.filter(seq__isnull=True).exists():
        return 0
    with storage().write_transaction():
        chain.lock()
        due = Change.objects.filter(seq__isnull=True)
        settled = storage().settled_before()
        if settled is not None:
            due = due.filter(txid__lt=settled)
        ids = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
        if not ids:
            return 0
        seq, previous = chain.end()
        rows = []
        for number, told in enumerate(_told().filter(pk__in=ids).order_by("pk"), start=seq + 1):
            previous = chain.link(told, number, previous)
            rows.append((number, previous, told[0]))
        storage().update_rows(Change._meta.db_table, ("seq", "hash"), rows)
        return len(rows)


def chain_hash(change: Change, seq: int, previous: str) -> str:
    """SHA-256 over the previous hash and everything that the change says."""
    return chain.link(tuple(getattr(change, name) for name in chain.TOLD), seq, previous)


def _told() -> QuerySet[Change, tuple[Any, ...]]:
    return Change.objects.values_list(*chain.TOLD)


def verify_chain(*, batch: int = 5_000) -> int | None:
    """Return the first ``seq`` whose hash does not follow from its predecessors, or None when all do."""
    previous, expected = "", 1
    while rows := list(Change.objects.filter(seq__gte=expected).order_by("seq")[:batch]):
        for change in rows:
            if change.seq != expected or change.hash != (previous := chain_hash(change, expected, previous)):
                return expected
            expected += 1
    return None


class _Log:
    """Changes as they were read last: consumers that come by later share them, since what is sealed stays."""

    def __init__(self) -> None:
        #: Number before the first change that is kept.
        self._start = 0
        self._kept: list[Change] = []
        #: There was nothing behind what is kept when it was read.
        self._is_end = False

    def after(self, seq: int, limit: int) -> list[Change]:
        """The next changes behind a number, at most so many."""
        last = _number(self._kept[-1]) if self._kept else self._start
        if not self._start <= seq <= last:
            self._start, self._kept, self._is_end, last = seq, [], False, seq
        place = bisect_right(self._kept, seq, key=_number)
        missing = limit - (len(self._kept) - place)
        if missing > 0 and not self._is_end:
            read = list(Change.objects.filter(seq__gt=last).order_by("seq")[:missing])
            self._is_end = len(read) < missing
            # Of what was read before, the oldest goes; what is asked for now stays.
            gone = min(max(len(self._kept) + len(read) - KEEP, 0), place)
            if gone:
                self._start = _number(self._kept[gone - 1])
            self._kept = [*self._kept[gone:], *read]
            place -= gone
        return self._kept[place : place + limit]


def _number(change: Change) -> int:
    return change.seq or 0


def consume(name: str, limit: int | None = None) -> int:
    """Give one consumer its next changes; return how many. A failure is kept and tried again, never skipped."""
    return _consume(name, _Log(), limit or _rows(name))


def _consume(name: str, log: _Log, limit: int) -> int:
    return _guarded(name, lambda: _next(name, log, limit))


def _guarded(name: str, step: Callable[[], int]) -> int:
    try:
        with storage().write_transaction():
            storage().lock_key(f"consumer {name}")
            return step()
    except Exception as failure:
        logger.exception("consumer %s failed", name)
        with transaction.atomic():
            ConsumerPosition.objects.filter(name=name).update(error=repr(failure)[:2_000])
        return 0


def _next(name: str, log: _Log, limit: int) -> int:
    position = ConsumerPosition.objects.filter(name=name).first()
    if position is None:
        ConsumerPosition.objects.create(name=name, seq=_end())
        return 0
    changes = log.after(position.seq, limit)
    if not changes:
        return 0
    with _pace(name).measured(len(changes)):
        consumers[name](changes)
    _move(position, changes[-1].seq or position.seq)
    return len(changes)


def _pace(name: str) -> Pace:
    return _paces.setdefault(name, Pace(storage().hold_seconds, fewest=FEWEST_AT_ONCE, most=CONSUME_AT_ONCE))


def _rows(name: str) -> int:
    return _pace(name).rows


def _move(position: ConsumerPosition, seq: int) -> None:
    position.seq = seq
    position.error = ""
    position.save()


def consume_prompt(name: str) -> int:
    """Give a consumer that has much to catch up on the changes of small writes, which will come again in their turn.

    Returns how many. What it has heard so far is kept beside its position in the log, by the same gapless numbers.
    """
    return _guarded(name, lambda: _next_prompt(name)) if name in prompt_consumers else 0


def _next_prompt(name: str) -> int:
    main = ConsumerPosition.objects.filter(name=name).first()
    end = _end()
    if main is None or end - main.seq <= BEHIND:
        return 0
    ahead, _made = ConsumerPosition.objects.get_or_create(name=f"{name} (prompt)", defaults={"seq": main.seq})
    start = max(ahead.seq, main.seq)
    end = min(end, start + LOOK_THROUGH)
    size = F("batch__created") + F("batch__updated") + F("batch__deleted")
    rows = Change.objects.filter(seq__gt=start, seq__lte=end).alias(size=size).filter(size__lte=SMALL)
    changes = list(rows.order_by("seq")[:PROMPT_AT_ONCE])
    if changes:
        consumers[name](changes)
    if len(changes) == PROMPT_AT_ONCE:
        end = changes[-1].seq or end
    if end > ahead.seq:
        _move(ahead, end)
    return len(changes)


def _end() -> int:
    return chain.end()[0]


@scheduled("outbox", every=OUTBOX_SECONDS)
def run_outbox() -> int:
    """Seal what is due and feed every consumer in turn until nothing is left; return the number of changes handled.

    Each gets a slice of time a round, so that none waits for another's million, and small writes come first. A round in
    which nothing happened takes no lock.
    """
    handled = 0
    while True:
        given = _for_a_while(seal, lambda: SEAL_AT_ONCE)
        log = _Log()
        for name, behind in _waiting().items():
            if behind is None or behind > BEHIND:
                consume_prompt(name)
            given += _for_a_while(partial(_consume, name, log), partial(_rows, name))
        if not given:
            return handled
        handled += given


def _waiting() -> dict[str, int | None]:
    """Consumers with changes before them, and how many; None of one that has no place in the log yet."""
    end = _end()
    places = dict(ConsumerPosition.objects.filter(name__in=consumers).values_list("name", "seq"))
    behind = {name: end - places[name] if name in places else None for name in consumers}
    return {name: number for name, number in behind.items() if number != 0}


def _for_a_while(step: Callable[[int], int], most: Callable[[], int]) -> int:
    """Repeat a step until it did less than it might or its slice of time is over; return what all of it came to."""
    until = time.monotonic() + SLICE_SECONDS
    total = 0
    while True:
        limit = most()
        done = step(limit)
        total += done
        if done < limit or time.monotonic() > until:
            return total
