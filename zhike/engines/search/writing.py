"""Documents into the index and out of it: the two functions that everything else here calls."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.engines.search.documents import documents
from zhike.engines.search.index import search_index
from zhike.engines.search.models import SearchDocument
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

#: Records per round: bounds memory and the length of statements.
AT_ONCE = 2_000


def write_documents(object_type: ObjectType, ids: Sequence[int]) -> int:
    """Bring the documents of these records up to date: written for live ones, removed for all others.

    Runs inside a write transaction; its cursor calls do not depend on the number of records up to 2,000. Returns how many
    documents were written.
    """
    if not object_type.search:
        return 0
    wanted = sorted(set(ids))
    return sum(_write_some(object_type, wanted[start : start + AT_ONCE]) for start in range(0, len(wanted), AT_ONCE))


def _write_some(object_type: ObjectType, ids: Sequence[int]) -> int:
    built = {document.record_id: document for document in documents(object_type, ids)}
    rows = SearchDocument.objects.filter(among("record_id", ids), object_key=object_type.key)
    present = dict(rows.values_list("record_id", "pk"))
    new = [document for pk, document in built.items() if pk not in present]
    index = search_index()
    if new:
        index.add(
            object_type.key,
            list(zip(storage().allocate_ids(SearchDocument._meta.db_table, len(new)), new, strict=True)),
        )
    if stale := [(present[pk], document) for pk, document in built.items() if pk in present]:
        index.replace(stale)
    if gone := [pk for pk in present if pk not in built]:
        index.remove(object_type.key, gone)
    return len(built)


def remove_documents(object_type: ObjectType, ids: Sequence[int]) -> None:
    """Take the documents of these records out of the index; inside a write transaction."""
    listed = list(ids)
    for start in range(0, len(listed), AT_ONCE):
        search_index().remove(object_type.key, listed[start : start + AT_ONCE])
