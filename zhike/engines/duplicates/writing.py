"""Blocking keys into their table and out of it, set-wise."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zhike.engines.duplicates.blocking import keys
from zhike.engines.duplicates.models import DuplicateKey
from zhike.engines.duplicates.reading import traits_by_id
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

#: Records per round: bounds memory and the length of statements.
AT_ONCE = 2_000


def write_keys(object_type: ObjectType, ids: Collection[int], *, are_new: bool = False) -> None:
    """Bring the keys of these records up to date: written for live ones, removed for all others.

    Inside a write transaction; cursor calls do not depend on the number of records up to 2,000. ``are_new`` spares the look at
    the keys that stand there.
    """
    listed = sorted(set(ids))
    for start in range(0, len(listed), AT_ONCE):
        _write_some(object_type, listed[start : start + AT_ONCE], are_new=are_new)


def _write_some(object_type: ObjectType, ids: Sequence[int], *, are_new: bool) -> None:
    wanted = {(pk, key) for pk, traits in traits_by_id(object_type, ids).items() for key in keys(traits)}
    present: dict[tuple[int, int], int] = {}
    if not are_new:
        # The bounds keep a database that has not looked at the filling table yet from reading all keys of the type each time.
        bounds = {"record_id__gte": ids[0], "record_id__lte": ids[-1]}
        rows = DuplicateKey.objects.filter(among("record_id", ids), object_key=object_type.key, **bounds)
        present = {(pk, key): row for pk, key, row in rows.values_list("record_id", "key", "pk")}
    if gone := [row for found, row in present.items() if found not in wanted]:
        DuplicateKey.objects.filter(pk__in=gone).delete()
    fresh = [(object_type.key, pk, key) for pk, key in sorted(wanted - present.keys())]
    storage().insert_rows(DuplicateKey._meta.db_table, ("object_key", "record_id", "key"), fresh)


def remove_keys(object_type: ObjectType, ids: Collection[int]) -> None:
    """Take the keys of these records away; inside a write transaction."""
    listed = list(ids)
    for start in range(0, len(listed), AT_ONCE):
        DuplicateKey.objects.filter(object_key=object_type.key, record_id__in=listed[start : start + AT_ONCE]).delete()
