"""What every part of the document is put together from: parameters, bodies, answers, operations."""

from __future__ import annotations

from typing import Any

from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

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


def schema_name(object_type: ObjectType) -> str:
    """Name of the record's schema: ``address_entry`` → ``AddressEntry``."""
    return "".join(part.capitalize() for part in object_type.key.split("_"))


def described(field: Field) -> Schema:
    schema = {"title": str(field.label), **field.type.schema(field)}
    if field.help:
        schema["description"] = str(field.help)
    return schema


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(object_type: ObjectType | None, name: str, summary: str, answers: Schema, **more: Any) -> Schema:
    operation: Schema = {
        "operationId": name if object_type is None else f"{object_type.slug}_{name}",
        "summary": summary,
        "responses": {**answers, "default": {"description": "Refused.", "content": problem_content()}},
        **more,
    }
    if object_type is not None:
        operation["tags"] = [str(object_type.label_plural)]
    return operation


def problem_content() -> Schema:
    return {"application/problem+json": {"schema": ref("Problem")}}


def json_of(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def ok(description: str, schema: Schema, status: str = "200") -> Schema:
    return {status: {"description": description, "content": json_of(schema)}}


def body_of(schema: Schema) -> Schema:
    return {"required": True, "content": json_of(schema)}


def query_parameter(name: str, schema: Schema, description: str = "") -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def rows_of(schema: Schema) -> Schema:
    properties = {
        "data": {"type": "array", "items": schema},
        "next": {"type": ["string", "null"]},
        "previous": {"type": ["string", "null"]},
        "count": {"type": "object"},
    }
    return {"type": "object", "required": ["data"], "properties": properties}
