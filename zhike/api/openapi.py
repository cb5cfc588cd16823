"""The OpenAPI 3.1 document of the whole interface, made from the descriptors at the moment it is asked for.

Custom fields and objects are in it as soon as they exist. It describes the interface, not the rights: it is the same for
everybody who may read it, and holds no data.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike import __version__
from zhike.engines.verification.models import Means, State
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.metadata import registry
from zhike.metadata.fields.base import Field
from zhike.metadata.line_rows import MOST_LINES
from zhike.metadata.object_type import Lines, ObjectType

Schema = dict[str, Any]
MASKED: Schema = {
    "description": "A value that your role sees masked, such as 138****1234.",
    "type": ["string", "array", "null"],
    "items": {"type": "string"},
}
RECORD_ID: Schema = {
    "name": "record_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same body within 24 hours, the request gives its first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version that was read, or * to write over any.",
    "schema": {"type": "string", "pattern": r'^(\*|"?[0-9]{1,9}"?)$'},
}


def document() -> Schema:
    """The whole document."""
    paths: Schema = {
        "/objects": {"get": _objects()},
        "/search": {"get": _search()},
        **_transfers(),
        **_pools(),
        **_reviews(),
        **_approvals(),
        **_self_update(),
    }
    schemas: Schema = {"Problem": PROBLEM, "Masked": MASKED}
    for object_type in registry.all_types():
        schemas |= _schemas(object_type)
        paths |= _paths(object_type)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "知客 Zhike",
            "version": __version__,
            "description": _(
                "Everything that people do in the browser, for programs. Rights are those of the token's owner."
            ),
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


# Schemas ----------------------------------------------------------------------------------------------------------

PROBLEM: Schema = {
    "type": "object",
    "required": ["status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "details": {"type": "object"},
                },
            },
        },
        "current_version": {"type": "integer"},
    },
}


def _schemas(object_type: ObjectType) -> Schema:
    """The record as it is read, and as it is written."""
    name = schema_name(object_type)
    read: Schema = {"id": {"type": "integer"}, "version": {"type": "integer"}}
    read |= {field.key: _read(field) for field in object_type.active_fields}
    read["id"] = {"type": "integer"}
    written = {field.key: _described(field) for field in object_type.writable_fields}
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
    settable = {field.key: _described(field) for field in fields if not field.readonly}
    written: Schema = {"type": "object", "additionalProperties": False, "properties": {**pk, **settable}}
    title = str(lines.label)
    return (
        {"title": title, "type": "array", "items": read},
        {"title": title, "type": ["array", "null"], "items": written, "maxItems": MOST_LINES},
    )


def schema_name(object_type: ObjectType) -> str:
    """Name of the record's schema: ``address_entry`` → ``AddressEntry``."""
    return "".join(part.capitalize() for part in object_type.key.split("_"))


def _read(field: Field) -> Schema:
    return {"anyOf": [_described(field), {"$ref": "#/components/schemas/Masked"}, {"type": "null"}]}


def _described(field: Field) -> Schema:
    schema = {"title": str(field.label), **field.type.schema(field)}
    if field.help:
        schema["description"] = str(field.help)
    return schema


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


# Paths ------------------------------------------------------------------------------------------------------------


def _paths(object_type: ObjectType) -> Schema:
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
        f"{record}/follow": {"post": _post(object_type, "follow", _ok(_("Done."), {"type": "object"}))},
        f"{record}/unfollow": {"post": _post(object_type, "unfollow", _ok(_("Done."), {"type": "object"}))},
        f"{record}/history": {"get": _history(object_type)},
        f"{record}/approvals": _record_approvals(object_type),
        f"{base}/imports": {"post": _upload(object_type)},
        f"{base}/exports": {"post": _export(object_type)},
    }
    if object_type.identity is not None:
        paths[f"{base}/duplicates"] = {"post": _duplicates(object_type)}
        paths[f"{base}/merge"] = {"post": _merge(object_type)}
    if verifiable_fields(object_type):
        paths[f"{record}/values"] = _values(object_type)
    if object_type.has_timeline:
        paths[f"{record}/timeline"] = {"get": _timeline(object_type)}
    for key, action in object_type.actions.items():
        arguments = {field.key: _described(field) for field in action.arguments}
        required = [field.key for field in action.arguments if field.required]
        paths[f"{record}/actions/{key}"] = {"post": _action(object_type, key, str(action.label), arguments, required)}
        paths[f"{base}/actions/{key}"] = {
            "post": _bulk_action(object_type, key, str(action.label), arguments, required)
        }
    return paths


def _operation(object_type: ObjectType | None, name: str, summary: str, answers: Schema, **more: Any) -> Schema:
    operation: Schema = {
        "operationId": name if object_type is None else f"{object_type.slug}_{name}",
        "summary": summary,
        "responses": {**answers, "default": {"description": "Refused.", "content": _problem()}},
        **more,
    }
    if object_type is not None:
        operation["tags"] = [str(object_type.label_plural)]
    return operation


def _problem() -> Schema:
    return {"application/problem+json": {"schema": _ref("Problem")}}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _ok(description: str, schema: Schema, status: str = "200") -> Schema:
    return {status: {"description": description, "content": _json(schema)}}


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": _json(schema)}


def _query(name: str, schema: Schema, description: str = "") -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _rows(schema: Schema) -> Schema:
    properties = {
        "data": {"type": "array", "items": schema},
        "next": {"type": ["string", "null"]},
        "previous": {"type": ["string", "null"]},
        "count": {"type": "object"},
    }
    return {"type": "object", "required": ["data"], "properties": properties}


def _list(object_type: ObjectType) -> Schema:
    parameters = [
        _query("filter", {"type": "string"}, _("A filter in the filter language, as JSON.")),
        _query("sort", {"type": "string"}, _("Up to three field keys, with - for descending, separated by commas.")),
        _query("cursor", {"type": "string"}, _("The “next” or “previous” of another page.")),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        _query("fields", {"type": "string"}, _("Field keys to give, separated by commas.")),
        _query("deleted", {"type": "boolean"}, _("The recycle bin instead of the live records.")),
        _query("count", {"type": "boolean"}, _("Count the records too, up to 10,000.")),
    ]
    answers = _ok(_("A page of records."), _rows(_ref(schema_name(object_type))))
    summary = _("List %(objects)s") % {"objects": object_type.label_plural}
    return _operation(object_type, "list", summary, answers, parameters=parameters)


def _create(object_type: ObjectType) -> Schema:
    summary = _("Create %(object)s") % {"object": object_type.label}
    answers = _ok(_("Created."), _ref(schema_name(object_type)), "201")
    body = _body(_ref(f"New{schema_name(object_type)}"))
    return _operation(object_type, "create", summary, answers, requestBody=body, parameters=[IDEMPOTENCY_KEY])


def _record_answer(object_type: ObjectType) -> Schema:
    return _ok(_("The record."), _ref(schema_name(object_type)))


def _read_one(object_type: ObjectType) -> Schema:
    summary = _("Read %(object)s") % {"object": object_type.label}
    return _operation(object_type, "read", summary, _record_answer(object_type), parameters=[RECORD_ID])


def _change(object_type: ObjectType) -> Schema:
    summary = _("Change %(object)s") % {"object": object_type.label}
    body = _body(_ref(f"{schema_name(object_type)}Values"))
    parameters = [RECORD_ID, IF_MATCH]
    return _operation(
        object_type, "change", summary, _record_answer(object_type), requestBody=body, parameters=parameters
    )


def _delete(object_type: ObjectType) -> Schema:
    summary = _("Delete %(object)s") % {"object": object_type.label}
    answers = {"204": {"description": _("In the recycle bin, with its children.")}}
    return _operation(object_type, "delete", summary, answers, parameters=[RECORD_ID])


def _post(object_type: ObjectType, verb: str, answers: Schema) -> Schema:
    summaries = {
        "restore": _("Restore %(object)s"),
        "purge": _("Remove %(object)s for good"),
        "follow": _("Follow %(object)s"),
        "unfollow": _("Follow %(object)s no more"),
    }
    summary = summaries[verb] % {"object": object_type.label}
    return _operation(object_type, verb, summary, answers, parameters=[RECORD_ID, IDEMPOTENCY_KEY])


def _values(object_type: ObjectType) -> Schema:
    texts = {name: {"type": "string"} for name in ("field", "value", "note")}
    said = {
        **texts,
        "state": {"type": "string", "enum": State.values},
        "means": {"type": "string", "enum": Means.values},
    }
    body = _body({"type": "object", "properties": said, "required": ["field", "value", "state", "means"]})
    read = _("What is known of the values of %(object)s") % {"object": object_type.label}
    write = _("Say what a value of %(object)s is") % {"object": object_type.label}
    answers = _ok(_("Done."), {"type": "object"})
    return {
        "get": _operation(object_type, "values", read, _ok("", _rows({"type": "object"})), parameters=[RECORD_ID]),
        "post": _operation(
            object_type, "value_said", write, answers, requestBody=body, parameters=[RECORD_ID, IDEMPOTENCY_KEY]
        ),
    }


def _history(object_type: ObjectType) -> Schema:
    parameters = [
        RECORD_ID,
        _query("before", {"type": "integer", "minimum": 1}),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    ]
    summary = _("History of %(object)s") % {"object": object_type.label}
    answers = _ok(_("Changes, newest first."), _rows({"type": "object"}))
    return _operation(object_type, "history", summary, answers, parameters=parameters)


def _timeline(object_type: ObjectType) -> Schema:
    parameters = [
        RECORD_ID,
        _query("cursor", {"type": "string"}),
        _query("kind", {"type": "string"}),
        _query("q", {"type": "string"}),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    ]
    summary = _("Timeline of %(object)s") % {"object": object_type.label}
    answers = _ok(_("What happened, newest first."), _rows({"type": "object"}))
    return _operation(object_type, "timeline", summary, answers, parameters=parameters)


def _bulk(object_type: ObjectType) -> Schema:
    values = _ref(f"{schema_name(object_type)}Values")
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
    answers = _ok(_("A result for each record."), {"type": "object"})
    answers |= _ok(_("Nothing was written: a result for each record."), {"type": "object"}, "422")
    answers["422"]["content"] |= _problem()
    summary = _("Up to 1,000 %(objects)s at once") % {"objects": object_type.label_plural}
    return _operation(object_type, "bulk", summary, answers, requestBody=_body(body), parameters=[IDEMPOTENCY_KEY])


def _action(object_type: ObjectType, key: str, label: str, arguments: Schema, required: list[str]) -> Schema:
    body = {"type": "object", "properties": arguments, "required": required, "additionalProperties": False}
    answers = _ok(_("Done."), {"type": "object"})
    parameters = [RECORD_ID, IDEMPOTENCY_KEY]
    return _operation(object_type, key, label, answers, requestBody=_body(body), parameters=parameters)


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
    told = {"ids": {"type": "array", "items": {"type": "integer"}}, "refused": {"type": "array", "items": refused}}
    answers = _ok(_("Done."), {"type": "object", "properties": told})
    return _operation(object_type, f"{key}_bulk", label, answers, requestBody=_body(body), parameters=[IDEMPOTENCY_KEY])


def _objects() -> Schema:
    return _operation(None, "objects", _("Objects, fields and actions that you may use"), _ok("", _rows({})))


def _search() -> Schema:
    parameters = [
        _query("q", {"type": "string"}, _("Two Chinese characters, pinyin, initials, or part of a number.")),
        _query("objects", {"type": "string"}, _("Object keys to search, separated by commas.")),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 50}),
    ]
    answers = _ok(_("What was found, best first."), _rows({"type": "object"}))
    return _operation(None, "search", _("Search everything"), answers, parameters=parameters)


def _pools() -> Schema:
    parameters = [
        {**RECORD_ID, "name": "pool_id"},
        _query("q", {"type": "string"}, _("Part of the name.")),
        _query("after", {"type": "integer", "minimum": 1}, _("Where the page before ended.")),
    ]
    answers = _ok(_("Customers that nobody owns, phone numbers masked."), _rows({"type": "object"}))
    summary = _("Customers in a public pool")
    return {
        "/pools/{pool_id}/customers": {
            "get": _operation(None, "pool_customers", summary, answers, parameters=parameters)
        }
    }


def _approvals() -> Schema:
    answers = _ok(_("Steps with their people, and all that happened."), {"type": "object"})
    parameters = [{**RECORD_ID, "name": "approval_id"}]
    summary = _("Path of an approval")
    return {
        "/approvals/{approval_id}/path": {
            "get": _operation(None, "approval_path", summary, answers, parameters=parameters)
        }
    }


def _record_approvals(object_type: ObjectType) -> Schema:
    kind = _query("kind", {"type": "string"}, _("Say also whether one of this kind is needed, why and whose."))
    texts = {name: {"type": "string"} for name in ("kind", "reason")}
    body = _body({"type": "object", "properties": texts, "required": ["kind"]})
    read = _("Approvals of %(object)s") % {"object": object_type.label}
    write = _("Ask for an approval of %(object)s") % {"object": object_type.label}
    made = _ok(_("Asked."), {"type": "object", "properties": {"id": {"type": "integer"}}}, "201")
    rows = _ok("", _rows({"type": "object"}))
    return {
        "get": _operation(object_type, "approvals", read, rows, parameters=[RECORD_ID, kind]),
        "post": _operation(
            object_type, "approval_asked", write, made, requestBody=body, parameters=[RECORD_ID, IDEMPOTENCY_KEY]
        ),
    }


def _reviews() -> Schema:
    answers = _ok(_("How a review cycle stands, by department and person."), {"type": "object"})
    parameters = [{**RECORD_ID, "name": "cycle_id"}]
    return {
        "/review-cycles/{cycle_id}/report": {
            "get": _operation(None, "review_report", _("Report of a review cycle"), answers, parameters=parameters)
        }
    }


def _self_update() -> Schema:
    ids = {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"type": "integer", "minimum": 1}}
    body = {"type": "object", "properties": {"ids": ids}, "required": ["ids"], "additionalProperties": False}
    answers = _ok(_("A link for each customer, told this once."), _rows({"type": "object"}), "201")
    summary = _("Links by which customers check their own data")
    return {
        "/customers/self-update-links": {
            "post": _operation(
                None, "self_update_links", summary, answers, requestBody=_body(body), parameters=[IDEMPOTENCY_KEY]
            )
        }
    }


# Files in and out -------------------------------------------------------------------------------------------------

MERGED: Schema = {"type": "object", "required": ["id", "survivor", "merged"]}


def _duplicates(object_type: ObjectType) -> Schema:
    values = {field.key: _described(field) for field in object_type.writable_fields}
    hit = {"type": "object", "required": ["id", "title", "score", "reasons", "text"]}
    answers = _ok("", {"type": "object", "properties": {"data": {"type": "array", "items": hit}}})
    summary = _("%(objects)s that are the same as these values") % {"objects": object_type.label_plural}
    body = _body({"type": "object", "properties": values})
    return _operation(object_type, "duplicates", summary, answers, requestBody=body)


def _merge(object_type: ObjectType) -> Schema:
    source = {"oneOf": [{"const": "all"}, RECORD_ID["schema"]]}
    properties = {
        "survivor": RECORD_ID["schema"],
        "records": {"type": "array", "items": RECORD_ID["schema"], "minItems": 1, "maxItems": 20},
        "choices": {"type": "object", "additionalProperties": source},
        "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
    body = _body({"type": "object", "required": ["survivor", "records"], "properties": properties})
    summary = _("Merge %(objects)s into one") % {"objects": object_type.label_plural}
    parameters = [IDEMPOTENCY_KEY]
    return _operation(object_type, "merge", summary, _ok("", MERGED), requestBody=body, parameters=parameters)


FILE: Schema = {"200": {"description": "The file.", "content": {"application/octet-stream": {}}}}


def _upload(object_type: ObjectType) -> Schema:
    text = {"schema": {"type": "string", "minLength": 1}}
    body = {"required": True, "content": {"text/csv": text, "application/octet-stream": text}}
    parameters = [_query("name", {"type": "string"}, _("Name of the file.")), _query("sheet", {"type": "string"})]
    answers = _ok(_("Kept, with its columns recognised."), {"type": "object"}, "201")
    summary = _("Send a spreadsheet of %(objects)s") % {"objects": object_type.label_plural}
    return _operation(object_type, "import", summary, answers, requestBody=body, parameters=parameters)


def _export(object_type: ObjectType) -> Schema:
    keys = {"type": "array", "items": {"type": "string"}}
    properties = {"columns": keys, "sort": keys, "filter": {"type": "object"}, "format": {"enum": ["xlsx", "csv"]}}
    body = _body({"type": "object", "properties": properties})
    answers = _ok(_("Begun."), {"type": "object"}, "202")
    summary = _("Export %(objects)s") % {"objects": object_type.label_plural}
    return _operation(object_type, "export", summary, answers, requestBody=body, parameters=[IDEMPOTENCY_KEY])


def _transfers() -> Schema:
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
        merged: {"post": _transfer("merge_undo", _("Take a merge back"), _ok("", MERGED), merged, back)},
        one: {"get": _transfer("import_read", _("How far an import is"), _ok("", job), one)},
        f"{one}/start": {
            "post": _transfer("import_start", _("Start an import, or try it"), _ok("", job, "202"), one, start)
        },
        f"{one}/cancel": {"post": _transfer("import_cancel", _("Stop an import"), _ok("", job), one, {})},
        f"{one}/undo": {"post": _transfer("import_undo", _("Take a whole import back"), _ok("", job, "202"), one, {})},
        f"{one}/rejected": {"get": _transfer("import_rejected", _("Rejected rows with their reasons"), FILE, one)},
        many: {"get": _transfer("export_read", _("How far an export is"), _ok("", job), many)},
        f"{many}/cancel": {"post": _transfer("export_cancel", _("Stop an export"), _ok("", job), many, {})},
        f"{many}/file": {"get": _transfer("export_file", _("The finished file"), FILE, many)},
    }


def _transfer(name: str, summary: str, answers: Schema, path: str, body: Schema | None = None) -> Schema:
    parameter = {**RECORD_ID, "name": path.partition("{")[2].partition("}")[0]}
    if body is None:
        return _operation(None, name, summary, answers, parameters=[parameter])
    more = {"requestBody": _body({"type": "object", **body})}
    return _operation(None, name, summary, answers, parameters=[parameter, IDEMPOTENCY_KEY], **more)
