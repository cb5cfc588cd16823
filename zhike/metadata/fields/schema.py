"""Pieces of JSON Schema (2020-12) that describe JSON values."""

from __future__ import annotations

from typing import Any

from zhike.metadata.fields.base import Field


def with_null(schema: dict[str, Any], field: Field) -> dict[str, Any]:
    """The schema, also satisfied by null unless the field must be filled."""
    if field.required:
        return schema
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], None]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]}
