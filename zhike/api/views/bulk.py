"""Up to a thousand records in one call, each with a result of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused, field_errors
from zhike.api.views.records import ORIGIN, creatable
from zhike.metadata import policy, records, registry
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.fields.base import Field, ValueRefused
from zhike.metadata.matching import match_by_key
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Row, RowResult, SaveResult
from zhike.metadata.recycle_bin import BinResult

MOST_RECORDS = 1_000
LARGEST_ID = 2**63 - 1


def records_bulk(call: Call, slug: str) -> HttpResponse:
    """POST /<objects>/bulk: ``operation`` create, update, upsert, delete or restore over ``records``.

    ``update`` rows carry ``id`` and may carry ``version``; ``upsert`` finds records by the field named in ``key``;
    ``delete`` and ``restore`` take ids. All or nothing unless ``partial`` is true.
    """
    body = call.object_body()
    rows = body.get("records")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_RECORDS:
        detail = _("“records” must be a list of 1 to 1,000 records.")
        raise Refused(422, "bad_records", detail, field="records")
    partial = body.get("partial", False)
    if not isinstance(partial, bool):
        raise Refused(422, "bad_partial", _("This must be true or false."), field="partial")
    operation = body.get("operation")
    if operation in {"delete", "restore"}:
        return _bin(call, registry.by_slug(slug), operation, rows)
    if operation not in {"create", "update", "upsert"}:
        detail = _("“operation” must be create, update, upsert, delete or restore.")
        raise Refused(422, "bad_operation", detail, field="operation")
    object_type = registry.by_slug(slug) if operation == "update" else creatable(slug)
    return _save(call, object_type, str(operation), rows, body.get("key"), partial)


def _save(
    call: Call, object_type: ObjectType, operation: str, rows: Sequence[Any], key: Any, partial: bool
) -> HttpResponse:
    for action in {"create": ("create",), "update": ("edit",), "upsert": ("create", "edit")}[operation]:
        policy.require(call.actor, object_type, action)
    if not all(isinstance(row, dict) for row in rows):
        raise Refused(422, "bad_records", _("Every record must be a JSON object."), field="records")
    if operation == "create":
        written = [Row(row) for row in rows]
    elif operation == "update":
        written = [_update_row(row, index) for index, row in enumerate(rows)]
    else:
        written = _upsert_rows(call, object_type, rows, key)
    _refuse_repeated([row.id for row in written])
    result = records.save(object_type, written, actor=call.actor, origin=ORIGIN, partial=partial)
    return json_response(_save_json(result), 200 if partial or result.ok else 422)


def _update_row(row: Mapping[str, Any], index: int) -> Row:
    values = {key: value for key, value in row.items() if key not in {"id", "version"}}
    version = row.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise Refused(422, "bad_version", _("A version is a whole number."), field=f"records.{index}.version")
    return Row(values, id=checked_id(row.get("id"), f"records.{index}.id"), version=version)


def checked_id(value: Any, field: str) -> int:
    """A primary key out of JSON; raises Refused."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_ID:
        raise Refused(422, "bad_id", _("An id is a whole number above zero."), field=field)
    return value


def _upsert_rows(call: Call, object_type: ObjectType, rows: Sequence[Any], key: Any) -> list[Row]:
    if not isinstance(key, str) or key not in object_type.fields:
        raise Refused(422, "bad_key", _("“key” must name the field to find records by."), field="key")
    field = object_type.field(key)
    if field.type.multiple or not (field.unique or key in object_type.import_keys):
        raise Refused(422, "bad_key", _("Records cannot be found by this field."), field="key")
    values = [_key_value(call, field, row.get(key), index) for index, row in enumerate(rows)]
    found = match_by_key(object_type, key, values, actor=call.actor, context=call.context)
    written = []
    for index, (row, value) in enumerate(zip(rows, values, strict=True)):
        ids = found.get(value, [])
        if len(ids) > 1:
            detail = _("Several records have this value: name the record by its id.")
            raise Refused(422, "ambiguous", detail, field=f"records.{index}.{key}")
        written.append(Row(row, id=ids[0] if ids else None))
    return written


def _key_value(call: Call, field: Field, raw: Any, index: int) -> Any:
    try:
        value = None if raw is None else field.type.parse(raw, field, call.context)
    except ValueRefused as refusal:
        raise BadQuery(refusal.code, refusal.message, field=f"records.{index}.{field.key}") from refusal
    if value is None:
        detail = _("Every record needs a value of the key field.")
        raise Refused(422, "key_missing", detail, field=f"records.{index}.{field.key}")
    return value


def _refuse_repeated(ids: Sequence[int | None]) -> None:
    given = [pk for pk in ids if pk is not None]
    if len(set(given)) < len(given):
        raise Refused(422, "repeated", _("A record may stand in a call only once."), field="records")


def _save_json(result: SaveResult) -> dict[str, Any]:
    counts = {action: result.count(action) for action in ("created", "updated", "unchanged", "refused")}
    return {"batch": result.batch_id, **counts, "results": [_row_json(row) for row in result.rows]}


def _row_json(row: RowResult) -> dict[str, Any]:
    told: dict[str, Any] = {"action": row.action, "id": row.id, "version": row.version}
    if row.problems:
        told["errors"] = field_errors(row.problems)
    return told


def _bin(call: Call, object_type: ObjectType, operation: str, rows: Sequence[Any]) -> HttpResponse:
    ids = [
        checked_id(row.get("id") if isinstance(row, dict) else row, f"records.{index}.id")
        for index, row in enumerate(rows)
    ]
    _refuse_repeated(ids)
    act = records.delete if operation == "delete" else records.restore
    return json_response(_bin_json(ids, act(object_type, ids, actor=call.actor, origin=ORIGIN), f"{operation}d"))


def _bin_json(ids: Sequence[int], result: BinResult, done: str) -> dict[str, Any]:
    results = []
    for pk in ids:
        problem: Problem | None = result.refused.get(pk)
        told: dict[str, Any] = {"action": done if problem is None else "refused", "id": pk}
        if problem is not None:
            told["errors"] = field_errors({"": [problem]})
        results.append(told)
    return {"batch": result.batch_id, done: len(result.done), "refused": len(result.refused), "results": results}
