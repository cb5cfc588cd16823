"""Records as the matcher sees them: values by the role that the descriptor gives each field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from zhike.engines.duplicates.traits import PERSON, Traits, traits_of
from zhike.metadata import policy
from zhike.metadata.columns import plain_values
from zhike.metadata.fields.base import Field
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import Identity, ObjectType, Values

#: Records per query.
AT_ONCE = 2_000


def traits_from(object_type: ObjectType, values: Mapping[str, Any]) -> Traits | None:
    """Traits of plain values by field key; None where nobody is named or the type has no identity."""
    identity = object_type.identity
    return None if identity is None else traits_of(roles(identity, values))


def roles(identity: Identity, values: Mapping[str, Any]) -> dict[str, Any]:
    """What ``traits_of`` reads, from plain values by field key."""

    def each(keys: Iterable[str]) -> list[Any]:
        return [values[key] for key in keys if values.get(key)]

    def one(key: str | None) -> Any:
        return values.get(key) if key else None

    return {
        "kind": one(identity.kind) if identity.kind else PERSON,
        "names": each(identity.names),
        "phones": [number for numbers in each(identity.phones) for number in _listed(numbers)],
        "emails": [mail for mails in each(identity.emails) for mail in _listed(mails)],
        "handles": each(identity.handles),
        "addresses": each(identity.addresses),
        "code": one(identity.code),
        "birthday": one(identity.birthday),
        "representative": one(identity.representative),
        "parent": one(identity.parent),
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def values_by_id(object_type: ObjectType, ids: Collection[int], *, besides: Iterable[Field] = ()) -> dict[int, Values]:
    """Plain values of the identity's fields, and of those ``besides``, of live records, by id."""
    identity = object_type.identity
    if identity is None or not ids:
        return {}
    wanted = {*identity.keys, *(field.key for field in besides)}
    fields = [object_type.field(key) for key in sorted(wanted)]
    columns = [field.column for field in fields]
    found: dict[int, Values] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), AT_ONCE):
        some = among("pk", listed[start : start + AT_ONCE])
        rows: Any = policy.every_record(object_type).filter(some, deletion__isnull=True)
        for row in rows.values("id", "custom", *(column for column in columns if column)):
            found[row["id"]] = plain_values(object_type, row, fields)
    return found


def traits_by_id(object_type: ObjectType, ids: Collection[int]) -> dict[int, Traits]:
    """Traits of live records by id; those that name nobody are left out."""
    read = ((pk, traits_from(object_type, values)) for pk, values in values_by_id(object_type, ids).items())
    return {pk: traits for pk, traits in read if traits is not None}


def identified_types(catalogue: Iterable[ObjectType]) -> Sequence[ObjectType]:
    """Types whose duplicates are looked for."""
    return [found for found in catalogue if found.identity is not None]
