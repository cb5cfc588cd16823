"""What every object has: its schemas, and the addresses of its records and their actions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhike.api.openapi.files import duplicates, export, kin_pairs, merge, upload
from zhike.api.openapi.parts import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    RECORD_ID,
    Schema,
    body_of,
    described,
    ok,
    operation,
    problem_content,
    query_parameter,
    ref,
    rows_of,
    schema_name,
)
from zhike.engines.duplicates.kinship import kin_of
from zhike.engines.verification.models import Means, State
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.metadata import registry
from zhike.metadata.fields.base import Field
from zhike.metadata.line_rows import MOST_LINES
from zhike.metadata.object_type import Lines, ObjectType

#: What an action made, where it makes records.
MADE: Schema = {
    "type": "object",
    "properties": {"object": {"type": "string"}, "ids": {"type": "array", "items": {"type": "integer"}}},
}


def record_schemas(object_type: ObjectType) -> Schema:
    """The record as it is read, and as it is written."""
    name = schema_name(object_type)
    read: Schema = {"id": {"type": "integer"}, "version": {"type": "integer"}}
    read |= {field.key: _read(field) for field in object_type.active_fields}
    read["id"] = {"type": "integer"}
    written = {field.key: described(field) for field in object_type.writable_fields}
    required = [field.key for field in object_type.writable_fields if field.required]
    if object_type.lines is not None:
        read["lines"], written["lines"] = _lines(object_type.lines)
    return {
        name: {"type": "object", "required": ["id"], "properties": read},
        f"{name}Values": {"type": "object", "additionalProperties": False, "properties": written},
        f"New{name}": {"allOf": [{"$ref": f"#/components/schemas/{name}Values"}], "required": required},
    }


def _lines(lines: Lines) -> tuple[Schema, Schema]:
    """Lines as they are read, and as they are written: all of them, in their order; those left out are taken away."""
    line_type = registry.get(lines.object_key)
    left_out = {lines.via, lines.position, "id", *registry.SYSTEM_COLUMNS}
    fields = [field for field in line_type.active_fields if field.key not in left_out]
    pk: Schema = {"id": {"type": "integer"}}
    read = {"type": "object", "properties": {**pk, **{field.key: _read(field) for field in fields}}}
    settable = {field.key: described(field) for field in fields if not field.readonly}
    written: Schema = {"type": "object", "additionalProperties": False, "properties": {**pk, **settable}}
    title = str(lines.label)
    return (
        {"title": title, "type": "array", "items": read},
        {"title": title, "type": ["array", "null"], "items": written, "maxItems": MOST_LINES},
    )


def _read(field: Field) -> Schema:
    return {"anyOf": [described(field), {"$ref": "#/components/schemas/Masked"}, {"type": "null"}]}


def record_paths(object_type: ObjectType) -> Schema:
    base = f"/{object_type.slug}"
    record = f"{base}/{{record_id}}"
    collection = {"get": _list(object_type)}
    if object_type.creatable:
        collection["post"] = _create(object_type)
    paths: Schema = {
        base: collection,
        f"{base}/bulk": {"post": _bulk(object_type)},
        record: {"get": _read_one(object_type), "patch": _change(object_type), "delete": _delete(object_type)},
        f"{record}/restore": {"post": _post(object_type, "restore", _record_answer(object_type))},
        f"{record}/purge": {"post": _post(object_type, "purge", {"204": {"description": "Removed for good."}})},
        f"{record}/follow": {"post": _post(object_type, "follow", ok(_("Done."), {"type": "object"}))},
        f"{record}/unfollow": {"post": _post(object_type, "unfollow", ok(_("Done."), {"type": "object"}))},
        f"{record}/history": {"get": _history(object_type)},
        f"{record}/approvals": _record_approvals(object_type),
        f"{base}/imports": {"post": upload(object_type)},
        f"{base}/exports": {"post": export(object_type)},
    }
    if object_type.identity is not None:
        paths[f"{base}/duplicates"] = {"post": duplicates(object_type)}
        if kin_of(object_type):
            paths |= kin_pairs(object_type, base)
        paths[f"{base}/merge"] = {"post": merge(object_type)}
    if verifiable_fields(object_type):
        paths[f"{record}/values"] = _values(object_type)
    if object_type.has_timeline:
        paths[f"{record}/timeline"] = {"get": _timeline(object_type)}
    for key, action in object_type.actions.items():
        arguments = {field.key: described(field) for field in action.arguments}
        required = [field.key for field in action.arguments if field.required]
        paths[f"{record}/actions/{key}"] = {"post": _action(object_type, key, str(action.label), arguments, required)}
        paths[f"{base}/actions/{key}"] = {
            "post": _bulk_action(object_type, key, str(action.label), arguments, required)
        }
    return paths


def _list(object_type: ObjectType) -> Schema:
    parameters = [
        query_parameter("filter", {"type": "string"}, _("A filter in the filter language, as JSON.")),
        query_parameter(
            "sort", {"type": "string"}, _("Up to three field keys, with - for descending, separated by commas.")
        ),
        query_parameter("cursor", {"type": "string"}, _("The “next” or “previous” of another page.")),
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        query_parameter("fields", {"type": "string"}, _("Field keys to give, separated by commas.")),
        query_parameter("deleted", {"type": "boolean"}, _("The recycle bin instead of the live records.")),
        query_parameter("count", {"type": "boolean"}, _("Count the records too, up to 10,000.")),
    ]
    answers = ok(_("A page of records."), rows_of(ref(schema_name(object_type))))
    summary = _("List %(objects)s") % {"objects": object_type.label_plural}
    return operation(object_type, "list", summary, answers, parameters=parameters)


def _create(object_type: ObjectType) -> Schema:
    summary = _("Create %(object)s") % {"object": object_type.label}
    answers = ok(_("Created."), ref(schema_name(object_type)), "201")
    body = body_of(ref(f"New{schema_name(object_type)}"))
    return operation(object_type, "create", summary, answers, requestBody=body, parameters=[IDEMPOTENCY_KEY])


def _record_answer(object_type: ObjectType) -> Schema:
    return ok(_("The record."), ref(schema_name(object_type)))


def _read_one(object_type: ObjectType) -> Schema:
    summary = _("Read %(object)s") % {"object": object_type.label}
    return operation(object_type, "read", summary, _record_answer(object_type), parameters=[RECORD_ID])


def _change(object_type: ObjectType) -> Schema:
    summary = _("Change %(object)s") % {"object": object_type.label}
    body = body_of(ref(f"{schema_name(object_type)}Values"))
    parameters = [RECORD_ID, IF_MATCH]
    return operation(
        object_type, "change", summary, _record_answer(object_type), requestBody=body, parameters=parameters
    )


def _delete(object_type: ObjectType) -> Schema:
    summary = _("Delete %(object)s") % {"object": object_type.label}
    answers = {"204": {"description": _("In the recycle bin, with its children.")}}
    return operation(object_type, "delete", summary, answers, parameters=[RECORD_ID])


def _post(object_type: ObjectType, verb: str, answers: Schema) -> Schema:
    summaries = {
        "restore": _("Restore %(object)s"),
        "purge": _("Remove %(object)s for good"),
        "follow": _("Follow %(object)s"),
        "unfollow": _("Follow %(object)s no more"),
    }
    summary = summaries[verb] % {"object": object_type.label}
    return operation(object_type, verb, summary, answers, parameters=[RECORD_ID, IDEMPOTENCY_KEY])


def _values(object_type: ObjectType) -> Schema:
    texts = {name: {"type": "string"} for name in ("field", "value", "note")}
    said = {
        **texts,
        "state": {"type": "string", "enum": State.values},
        "means": {"type": "string", "enum": Means.values},
    }
    body = body_of({"type": "object", "properties": said, "required": ["field", "value", "state", "means"]})
    read = _("What is known of the values of %(object)s") % {"object": object_type.label}
    write = _("Say what a value of %(object)s is") % {"object": object_type.label}
    answers = ok(_("Done."), {"type": "object"})
    return {
        "get": operation(object_type, "values", read, ok("", rows_of({"type": "object"})), parameters=[RECORD_ID]),
        "post": operation(
            object_type, "value_said", write, answers, requestBody=body, parameters=[RECORD_ID, IDEMPOTENCY_KEY]
        ),
    }


def _history(object_type: ObjectType) -> Schema:
    parameters = [
        RECORD_ID,
        query_parameter("before", {"type": "integer", "minimum": 1}),
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    ]
    summary = _("History of %(object)s") % {"object": object_type.label}
    answers = ok(_("Changes, newest first."), rows_of({"type": "object"}))
    return operation(object_type, "history", summary, answers, parameters=parameters)


def _timeline(object_type: ObjectType) -> Schema:
    parameters = [
        RECORD_ID,
        query_parameter("cursor", {"type": "string"}),
        query_parameter("kind", {"type": "string"}),
        query_parameter("q", {"type": "string"}),
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    ]
    summary = _("Timeline of %(object)s") % {"object": object_type.label}
    answers = ok(_("What happened, newest first."), rows_of({"type": "object"}))
    return operation(object_type, "timeline", summary, answers, parameters=parameters)


def _bulk(object_type: ObjectType) -> Schema:
    values = ref(f"{schema_name(object_type)}Values")
    body = {
        "type": "object",
        "required": ["operation", "records"],
        "properties": {
            "operation": {"enum": ["create", "update", "upsert", "delete", "restore"]},
            "key": {"type": "string", "description": _("For upsert: the field to find records by.")},
            "partial": {"type": "boolean", "description": _("Save the good records and report the others.")},
            "records": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {"anyOf": [values, {"type": "object"}, {"type": "integer", "minimum": 1}]},
            },
        },
    }
    answers = ok(_("A result for each record."), {"type": "object"})
    answers |= ok(_("Nothing was written: a result for each record."), {"type": "object"}, "422")
    answers["422"]["content"] |= problem_content()
    summary = _("Up to 1,000 %(objects)s at once") % {"objects": object_type.label_plural}
    return operation(object_type, "bulk", summary, answers, requestBody=body_of(body), parameters=[IDEMPOTENCY_KEY])


def _action(object_type: ObjectType, key: str, label: str, arguments: Schema, required: list[str]) -> Schema:
    body = {"type": "object", "properties": arguments, "required": required, "additionalProperties": False}
    answers = ok(_("Done."), {"type": "object"})
    parameters = [RECORD_ID, IDEMPOTENCY_KEY]
    return operation(object_type, key, label, answers, requestBody=body_of(body), parameters=parameters)


def _bulk_action(object_type: ObjectType, key: str, label: str, arguments: Schema, required: list[str]) -> Schema:
    ids = {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"type": "integer", "minimum": 1}}
    body = {
        "type": "object",
        "properties": {"ids": ids, **arguments},
        "required": ["ids", *required],
        "additionalProperties": False,
    }
    refused = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "code": {"type": "string"}, "message": {"type": "string"}},
    }
    told: Schema = {
        "ids": {"type": "array", "items": {"type": "integer"}},
        "refused": {"type": "array", "items": refused},
    }
    told["made"] = MADE
    answers = ok(_("Done."), {"type": "object", "properties": told})
    return operation(
        object_type, f"{key}_bulk", label, answers, requestBody=body_of(body), parameters=[IDEMPOTENCY_KEY]
    )


def _record_approvals(object_type: ObjectType) -> Schema:
    kind = query_parameter("kind", {"type": "string"}, _("Say also whether one of this kind is needed, why and whose."))
    texts = {name: {"type": "string"} for name in ("kind", "reason")}
    body = body_of({"type": "object", "properties": texts, "required": ["kind"]})
    read = _("Approvals of %(object)s") % {"object": object_type.label}
    write = _("Ask for an approval of %(object)s") % {"object": object_type.label}
    made = ok(_("Asked."), {"type": "object", "properties": {"id": {"type": "integer"}}}, "201")
    rows = ok("", rows_of({"type": "object"}))
    return {
        "get": operation(object_type, "approvals", read, rows, parameters=[RECORD_ID, kind]),
        "post": operation(
            object_type, "approval_asked", write, made, requestBody=body, parameters=[RECORD_ID, IDEMPOTENCY_KEY]
        ),
    }
