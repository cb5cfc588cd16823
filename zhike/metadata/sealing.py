"""The sealer and the consumers of the change log.

PostgreSQL gives ids before it commits, so a reader by id can overtake a transaction still open and lose its changes for
ever. The sealer therefore numbers only rows whose transaction no running one can precede, gaplessly, and chains a hash
through them; consumers read by that number.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

import orjson
from django.db import transaction
from django.db.models import Max

from zhike.jobs.scheduler import scheduled
from zhike.metadata.changes import Consumer, consumers
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.storage import storage

logger = logging.getLogger(__name__)

SEAL_AT_ONCE = 5_000
CONSUME_AT_ONCE = 500
OUTBOX_SECONDS = 0.5


def seal(limit: int = SEAL_AT_ONCE) -> int:
    """Number and chain changes that are due; return how many. Safe to call from several processes."""
    with storage().write_transaction():
        storage().lock_key("sealer")
        due = Change.objects.filter(seq__isnull=True)
        settled = storage().settled_before()
        if settled is not None:
            due = due.filter(txid__lt=settled)
        ids = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
        if not ids:
            return 0
        seq = Change.objects.aggregate(last=Max("seq"))["last"] or 0
        previous = Change.objects.filter(seq=seq).values_list("hash", flat=True).first() or ""
        rows = []
        for number, change in enumerate(Change.objects.filter(pk__in=ids).order_by("pk"), start=seq + 1):
            previous = chain_hash(change, number, previous)
            rows.append((number, previous, change.pk))
        storage().update_rows(Change._meta.db_table, ("seq", "hash"), rows)
        return len(rows)


def chain_hash(change: Change, seq: int, previous: str) -> str:
    """SHA-256 over the previous hash and everything that the change says."""
    told = (
        previous,
        seq,
        change.pk,
        change.batch_id,
        change.at.isoformat(),
        change.actor_id,
        change.object_key,
        change.record_id,
        change.action,
        change.version,
        change.values,
    )
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def verify_chain(*, batch: int = 5_000) -> int | None:
    """Return the first ``seq`` whose hash does not follow from its predecessors, or None when all do."""
    previous, expected = "", 1
    while rows := list(Change.objects.filter(seq__gte=expected).order_by("seq")[:batch]):
        for change in rows:
            if change.seq != expected or change.hash != (previous := chain_hash(change, expected, previous)):
                return expected
            expected += 1
    return None


def consume(name: str, limit: int = CONSUME_AT_ONCE) -> int:
    """Give one consumer its next changes; return how many. A failure is kept and tried again, never skipped."""
    function = consumers[name]
    try:
        with storage().write_transaction():
            storage().lock_key(f"consumer {name}")
            position, made = ConsumerPosition.objects.get_or_create(name=name, defaults={"seq": _end()})
            if made:
                return 0
            changes = list(Change.objects.filter(seq__gt=position.seq).order_by("seq")[:limit])
            if not changes:
                return 0
            return _feed(function, position, changes)
    except Exception as failure:
        logger.exception("consumer %s failed", name)
        with transaction.atomic():
            ConsumerPosition.objects.filter(name=name).update(error=repr(failure)[:2_000])
        return 0


def _feed(function: Consumer, position: ConsumerPosition, changes: Sequence[Change]) -> int:
    function(changes)
    position.seq = changes[-1].seq or position.seq
    position.error = ""
    position.save()
    return len(changes)


def _end() -> int:
    return Change.objects.aggregate(last=Max("seq"))["last"] or 0


@scheduled("outbox", every=OUTBOX_SECONDS)
def run_outbox() -> int:
    """Seal what is due and feed every consumer until nothing is left; return the number of changes handled."""
    handled = 0
    while sealed := seal():
        handled += sealed
    for name in tuple(consumers):
        while given := consume(name):
            handled += given
    return handled
