"""The change log: history, outbox and audit in one; written in the transaction of the rows it tells of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from zhike.metadata import chain, policy
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.columns import converter
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType
from zhike.metadata.prepared import NO_RECORD, Prepared
from zhike.metadata.storage import storage

COLUMNS = ("txid", "batch_id", "at", "actor_id", "object_key", "record_id", "action", "version", "values")
_at_once: ContextVar[bool] = ContextVar("sealed_at_once", default=False)


class Entry(NamedTuple):
    """What to log of one record; ``values`` are {field key: [old, new]} as JSON values, None for a create."""

    record_id: int
    action: str
    version: int
    values: dict[str, list[Any]] | None = None


def log(object_key: str, entries: Iterable[Entry], *, batch_id: int, actor: Actor, at: datetime) -> None:
    """Append changes; must run inside the write transaction of the rows."""
    told = (batch_id, at.astimezone(UTC), actor.user_id, object_key)
    rows = [(*told, *entry) for entry in entries]
    if not rows:
        return
    if _at_once.get():
        _append_sealed(rows)
    else:
        _append(("hash",), [("",)] * len(rows), rows)


def _append_sealed(rows: Sequence[tuple[Any, ...]]) -> None:
    """Number and chain changes while they are written, which spares the sealer its second look at them."""
    chain.lock()
    seq, previous = chain.end()
    links = []
    for pk, row in zip(storage().allocate_ids(Change._meta.db_table, len(rows)), rows, strict=True):
        seq += 1
        previous = chain.link((pk, *row), seq, previous)
        links.append((pk, seq, previous))
    _append(("id", "seq", "hash"), links, rows)


def _append(names: Sequence[str], links: Sequence[tuple[Any, ...]], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert changes with their places in the chain, whose columns are named."""
    adapt_at, adapt = (converter(Change._meta.get_field(name)) for name in ("at", "values"))
    txid, at = storage().transaction_id(), adapt_at(rows[0][1])
    storage().insert_rows(
        Change._meta.db_table,
        (*names, *COLUMNS),
        [
            (*place, txid, batch, at, *rest, adapt(values))
            for place, (batch, _at, *rest, values) in zip(links, rows, strict=True)
        ],
    )


@contextmanager
def sealed_at_once() -> Iterator[None]:
    """Changes of this thread are sealed as they are written: for who loads an empty database, and is alone in it.

    Where others write meanwhile, whoever sealed first would stand before a change that came earlier, and on PostgreSQL
    everybody would wait for the chain.
    """
    token = _at_once.set(True)
    try:
        yield
    finally:
        _at_once.reset(token)


# History ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's old and new plain value, as the reader may see them."""

    field: Field
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a record with the fields that the reader may know of."""

    change: Change
    fields: tuple[FieldChange, ...]


def history(
    actor: Actor,
    object_type: ObjectType,
    record_id: int,
    *,
    before_id: int | None = None,
    people: Collection[int] = (),
    everything: bool = False,
    limit: int = 50,
) -> list[HistoryEntry]:
    """Changes of a record that the actor sees already, newest first, without what is hidden from the actor.

    ``people`` are ids of those who made them, all when empty; ``everything`` tells of the product's bookkeeping too. Fewer than ``limit`` means that there are no more.
    """
    rows = Change.objects.filter(object_key__in=object_type.history_keys, record_id=record_id).order_by("-id")
    if people:
        rows = rows.filter(actor_id__in=people)
    found: list[HistoryEntry] = []
    while len(found) < limit:
        if before_id is None and not people:
            batch = list(_newest(object_type.history_keys, limit).models(record_id))
        else:
            batch = list((rows if before_id is None else rows.filter(id__lt=before_id))[:limit])
        entries = [
            HistoryEntry(change, fields_of(actor, object_type, change, everything=everything)) for change in batch
        ]
        found += [entry for entry in entries if entry.fields or entry.change.action != Change.Action.UPDATE]
        if len(batch) < limit:
            break
        before_id = batch[-1].pk
    return found[:limit]


@lru_cache(maxsize=512)
def _newest(object_keys: tuple[str, ...], limit: int) -> Prepared[Change, int]:
    """The question that every page of a record asks."""
    rows = Change.objects.filter(object_key__in=object_keys).order_by("-id")
    return Prepared(lambda record_id: rows.filter(record_id=record_id)[:limit], place=NO_RECORD)


def fields_of(
    actor: Actor, object_type: ObjectType, change: Change, *, everything: bool = False
) -> tuple[FieldChange, ...]:
    """What a change did to fields that the actor may know of, without the product's bookkeeping unless ``everything`` is asked for."""
    found = []
    for key, (old, new) in (change.values or {}).items():
        field = object_type.fields.get(key)
        if field is None or policy.access(actor, object_type, field) is FieldAccess.HIDDEN:
            continue
        if field.bookkeeping and not everything:
            continue
        if change.pk <= field.options.get("kind_since", 0):
            field = of_earlier_kind(field)
            plain = [None if value is None else words(value) for value in (old, new)]
        else:
            plain = [field.type.from_json(value, field) for value in (old, new)]
        found.append(FieldChange(field, *(policy.shown(actor, object_type, field, value) for value in plain)))
    return tuple(found)


def of_earlier_kind(field: Field) -> Field:
    """The field as a text, for values from before it became another kind."""
    return field.with_changes(type=field_type("text"), options={})


def words(value: Any) -> str:
    """A JSON value of whatever kind as text."""
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def changes_since(object_type: ObjectType, record_id: int, version: int) -> list[Change]:
    """Changes that made the versions after ``version``, oldest first."""
    rows = Change.objects.filter(object_key__in=object_type.history_keys, record_id=record_id, version__gt=version)
    return list(rows.order_by("id"))


# Outbox -----------------------------------------------------------------------------------------------------------

#: Called with sealed changes in the order of ``seq``, inside a transaction that also moves the position.
Consumer = Callable[[Sequence[Change]], None]

consumers: dict[str, Consumer] = {}
#: Names of consumers that hear of small writes ahead of a backlog.
prompt_consumers: set[str] = set()


def consumer(name: str, *, prompt: bool = False) -> Callable[[Consumer], Consumer]:
    """Register a consumer of the change log; it starts at the end of the log and sees every change once, in order.

    A ``prompt`` one does not let a person wait behind an import of a million rows: while it has much to catch up on, it is
    given the changes of small writes at once, and again when their turn comes. That must do no harm.
    """

    def register(function: Consumer) -> Consumer:
        if name in consumers:
            raise ValueError(f"consumer {name!r} is registered already")
        consumers[name] = function
        if prompt:
            prompt_consumers.add(name)
        return function

    return register
