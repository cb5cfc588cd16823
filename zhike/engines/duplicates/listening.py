"""Keeps the keys in step with every write: small ones in their transaction, large ones from the change log."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.engines.duplicates.writing import remove_keys, write_keys
from zhike.metadata import registry
from zhike.metadata.changes import consumer
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.records import WriteEvent, after_write

CONSUMER = "duplicates"
#: Up to this many records get their keys in the transaction of the write itself.
AT_ONCE = 100


@after_write
def follow_write(event: WriteEvent) -> None:
    """A person who saves a customer twice is warned at the second; large writes follow from the change log."""
    identity = event.object_type.identity
    if identity is None:
        return
    if event.deleted or event.purged:
        remove_keys(event.object_type, (*event.deleted, *event.purged))
    if event.created and len(event.created) <= AT_ONCE:
        write_keys(event.object_type, event.created, are_new=True)
    changed = event.updated if identity.keys & event.changed_keys else ()
    others = (*changed, *event.restored)
    if others and len(others) <= AT_ONCE:
        write_keys(event.object_type, others)


@consumer(CONSUMER)
def follow_log(changes: Sequence[Change]) -> None:
    """Give the records of large writes their keys; those of small ones have them already and stay as they are."""
    touched: dict[str, set[int]] = {}
    for change in changes:
        if _concerns(change):
            touched.setdefault(change.object_key, set()).add(change.record_id)
    for key, ids in touched.items():
        write_keys(registry.get(key), ids)


def _concerns(change: Change) -> bool:
    object_type = _type(change.object_key)
    if object_type is None or object_type.identity is None:
        return False
    return change.action != Change.Action.UPDATE or not object_type.identity.keys.isdisjoint(change.values or ())


def _type(key: str) -> ObjectType | None:
    try:
        return registry.get(key)
    except UnknownObject:
        return None
