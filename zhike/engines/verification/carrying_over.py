"""For migrations alone: what other tables knew of confirmed values becomes findings. Reads tables as they stood then, no registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

from zhike.lib.addresses import address_text

AT_ONCE = 500
LONGEST = 300
#: Tables of records by object key.
TABLES = {"customer": ("customers", "Customer"), "contact": ("customers", "Contact")}
#: Kinds of field whose items have findings of their own.
APART = ("phone", "email")


@dataclass(frozen=True, slots=True)
class Said:
    """That the value which a field held at a moment was right."""

    object_key: str
    record_id: int
    field_key: str
    at: datetime
    means: str
    by_id: int | None


def carry_over(apps: Any, said: Iterable[Said]) -> int:
    """Write findings; returns how many. Those about values that were changed since are history, like those of records
    that are gone. Nothing is left out: of a value that nobody knows any more the finding stands without it."""
    rows, written = iter(said), 0
    while chunk := list(islice(rows, AT_ONCE)):
        for key in sorted({found.object_key for found in chunk}):
            written += _write(apps, key, [found for found in chunk if found.object_key == key])
    return written


def _write(apps: Any, key: str, said: Sequence[Said]) -> int:
    marks = apps.get_model("verification", "ValueMark")
    ids = sorted({found.record_id for found in said})
    kinds, now = _kinds(apps, key), _values(apps, key, ids)
    later = _changes(apps, key, said)
    present = {
        (row.record_id, row.field_key, row.value): row
        for row in marks.objects.filter(object_key=key, record_id__in=ids, is_current=True)
    }
    fresh: list[Any] = []
    for found in sorted(said, key=lambda found: found.at):
        place = (found.record_id, found.field_key)
        changed = _old_value(later.get(place, ()), found.at)
        value = changed[0] if changed else now.get(found.record_id, {}).get(found.field_key)
        for text in _texts(value, kinds.get(found.field_key, "")) or [""]:
            mark = marks(
                object_key=key,
                record_id=found.record_id,
                field_key=found.field_key,
                value=text,
                state="verified",
                means=found.means,
                at=found.at,
                by_id=found.by_id,
                is_current=not changed and bool(text),
            )
            fresh.append(mark)
            if mark.is_current:
                _give_way(present, mark)
    stored = [row for row in fresh if row.pk is None]
    marks.objects.bulk_create(stored, batch_size=AT_ONCE)
    return len(stored)


def _give_way(present: dict[tuple[int, str, str], Any], mark: Any) -> None:
    """Of two findings about one value the younger one is current."""
    place = (mark.record_id, mark.field_key, mark.value)
    other = present.get(place)
    if other is not None and other.at > mark.at:
        mark.is_current = False
        return
    if other is not None:
        other.is_current = False
        if other.pk is not None:
            other.save(update_fields=["is_current"])
    present[place] = mark


def _kinds(apps: Any, key: str) -> dict[str, str]:
    """Kinds of the fields whose values are no plain texts, by key."""
    found = dict(apps.get_model("metadata", "CustomField").objects.filter(object_key=key).values_list("key", "kind"))
    if key in TABLES:
        fields = apps.get_model(*TABLES[key])._meta.concrete_fields
        found |= {field.name: getattr(field, "zhike_type", "") for field in fields}
    return found


def _values(apps: Any, key: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Today's values by record and field, as they would stand in the log."""
    if key not in TABLES:
        return {}
    model = apps.get_model(*TABLES[key])
    names = {field.attname: field.name for field in model._meta.concrete_fields}
    rows = model._base_manager.filter(pk__in=ids).values(*names)
    return {
        row["id"]: {**(row.get("custom") or {}), **{names[column]: _as_json(value) for column, value in row.items()}}
        for row in rows
    }


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _changes(apps: Any, key: str, said: Sequence[Said]) -> dict[tuple[int, str], list[tuple[datetime, Any]]]:
    """(record, field) → moments of its changes with the value before each, the oldest first."""
    wanted = {(found.record_id, found.field_key) for found in said}
    rows = apps.get_model("metadata", "Change").objects.filter(
        object_key=key, record_id__in={pk for pk, _key in wanted}, at__gte=min(found.at for found in said)
    )
    told: dict[tuple[int, str], list[tuple[datetime, Any]]] = {}
    for pk, at, values in rows.order_by("pk").values_list("record_id", "at", "values"):
        for field, pair in (values or {}).items():
            if (pk, field) in wanted:
                told.setdefault((pk, field), []).append((at, pair[0]))
    return told


def _old_value(changes: Iterable[tuple[datetime, Any]], at: datetime) -> tuple[Any] | None:
    """What the value was at the moment, if it was changed since."""
    return next(((old,) for moment, old in changes if moment > at), None)


def _texts(value: Any, kind: str) -> list[str]:
    return list(_named(value, kind)) if value not in (None, "", [], {}) else []


def _named(value: Any, kind: str) -> Iterator[str]:
    if kind == "address" and isinstance(value, dict):
        yield address_text(value)[:LONGEST]
    elif kind in APART and isinstance(value, list):
        yield from (str(item)[:LONGEST] for item in value)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        yield text if len(text) <= LONGEST else f"sha256:{sha256(text.encode()).hexdigest()}"
