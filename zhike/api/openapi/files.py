"""Files in and out, duplicates and merging."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhike.api.openapi.parts import (
    IDEMPOTENCY_KEY,
    RECORD_ID,
    Schema,
    body_of,
    described,
    ok,
    operation,
    query_parameter,
)
from zhike.metadata.object_type import ObjectType

MERGED: Schema = {"type": "object", "required": ["id", "survivor", "merged"]}
FILE: Schema = {"200": {"description": "The file.", "content": {"application/octet-stream": {}}}}


def duplicates(object_type: ObjectType) -> Schema:
    values = {field.key: described(field) for field in object_type.writable_fields}
    hit = {"type": "object", "required": ["object", "id", "title", "score", "reasons", "text"]}
    answers = ok("", {"type": "object", "properties": {"data": {"type": "array", "items": hit}}})
    summary = _("%(objects)s that are the same as these values") % {"objects": object_type.label_plural}
    body = body_of({"type": "object", "properties": values})
    return operation(object_type, "duplicates", summary, answers, requestBody=body)


def kin_pairs(object_type: ObjectType, base: str) -> Schema:
    """Pairs with records of other types: reading them, and saying that two are not the same."""
    side = {"type": "object", "required": ["object", "id"]}
    pair = {
        "type": "object",
        "required": ["id", "records", "score", "reasons", "text"],
        "properties": {"records": {"type": "array", "items": side, "minItems": 2, "maxItems": 2}},
    }
    page = {"type": "object", "required": ["data", "next"], "properties": {"data": {"type": "array", "items": pair}}}
    after = query_parameter("after", {"type": "integer", "minimum": 0, "maximum": 10**18 - 1})
    pair_id = {**RECORD_ID, "name": "pair_id"}
    read = _("%(objects)s and records of other types that may be the same") % {"objects": object_type.label_plural}
    said = ok("", {"type": "object", "required": ["id", "state"]})
    told = _("Say that the two of a pair are not the same")
    return {
        f"{base}/duplicates/across": {
            "get": operation(object_type, "duplicates_across", read, ok("", page), parameters=[after])
        },
        f"{base}/duplicates/across/{{pair_id}}/different": {
            "post": operation(
                object_type, "duplicates_across_different", told, said, parameters=[pair_id, IDEMPOTENCY_KEY]
            )
        },
    }


def merge(object_type: ObjectType) -> Schema:
    source = {"oneOf": [{"const": "all"}, RECORD_ID["schema"]]}
    properties = {
        "survivor": RECORD_ID["schema"],
        "records": {"type": "array", "items": RECORD_ID["schema"], "minItems": 1, "maxItems": 20},
        "choices": {"type": "object", "additionalProperties": source},
        "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
    body = body_of({"type": "object", "required": ["survivor", "records"], "properties": properties})
    summary = _("Merge %(objects)s into one") % {"objects": object_type.label_plural}
    parameters = [IDEMPOTENCY_KEY]
    return operation(object_type, "merge", summary, ok("", MERGED), requestBody=body, parameters=parameters)


def upload(object_type: ObjectType) -> Schema:
    text = {"schema": {"type": "string", "minLength": 1}}
    body = {"required": True, "content": {"text/csv": text, "application/octet-stream": text}}
    parameters = [
        query_parameter("name", {"type": "string"}, _("Name of the file.")),
        query_parameter("sheet", {"type": "string"}),
    ]
    answers = ok(_("Kept, with its columns recognised."), {"type": "object"}, "201")
    summary = _("Send a spreadsheet of %(objects)s") % {"objects": object_type.label_plural}
    return operation(object_type, "import", summary, answers, requestBody=body, parameters=parameters)


def export(object_type: ObjectType) -> Schema:
    keys = {"type": "array", "items": {"type": "string"}}
    properties = {"columns": keys, "sort": keys, "filter": {"type": "object"}, "format": {"enum": ["xlsx", "csv"]}}
    body = body_of({"type": "object", "properties": properties})
    answers = ok(_("Begun."), {"type": "object"}, "202")
    summary = _("Export %(objects)s") % {"objects": object_type.label_plural}
    return operation(object_type, "export", summary, answers, requestBody=body, parameters=[IDEMPOTENCY_KEY])


def transfers() -> Schema:
    """Following imports and exports that were begun."""
    job: Schema = {"type": "object"}
    start = {
        "type": "object",
        "properties": {
            "layout": {"type": "string"},
            "mapping": {"type": "object", "additionalProperties": {"type": "string"}},
            "mode": {"enum": ["create", "update", "both"]},
            "key": {"type": "string"},
            "duplicates": {"enum": ["create", "skip", "update", "merge"]},
            "dry_run": {"type": "boolean"},
        },
    }
    one, many = "/imports/{import_id}", "/exports/{export_id}"
    back = {"type": "object", "properties": {"take_back": {"type": "array"}}}
    merged = "/merges/{merge_id}/undo"
    return {
        merged: {"post": _transfer("merge_undo", _("Take a merge back"), ok("", MERGED), merged, back)},
        one: {"get": _transfer("import_read", _("How far an import is"), ok("", job), one)},
        f"{one}/start": {
            "post": _transfer("import_start", _("Start an import, or try it"), ok("", job, "202"), one, start)
        },
        f"{one}/cancel": {"post": _transfer("import_cancel", _("Stop an import"), ok("", job), one, {})},
        f"{one}/undo": {"post": _transfer("import_undo", _("Take a whole import back"), ok("", job, "202"), one, {})},
        f"{one}/rejected": {"get": _transfer("import_rejected", _("Rejected rows with their reasons"), FILE, one)},
        many: {"get": _transfer("export_read", _("How far an export is"), ok("", job), many)},
        f"{many}/cancel": {"post": _transfer("export_cancel", _("Stop an export"), ok("", job), many, {})},
        f"{many}/file": {"get": _transfer("export_file", _("The finished file"), FILE, many)},
    }


def _transfer(name: str, summary: str, answers: Schema, path: str, body: Schema | None = None) -> Schema:
    parameter = {**RECORD_ID, "name": path.partition("{")[2].partition("}")[0]}
    if body is None:
        return operation(None, name, summary, answers, parameters=[parameter])
    more = {"requestBody": body_of({"type": "object", **body})}
    return operation(None, name, summary, answers, parameters=[parameter, IDEMPOTENCY_KEY], **more)
