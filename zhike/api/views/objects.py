"""What there is: the objects, fields and actions that the caller may use, as data."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType


def objects_list(call: Call) -> HttpResponse:
    """GET /objects: every object that the caller may see, with its fields and what may be done."""
    seen = [found for found in registry.all_types() if policy.may(call.actor, found, "view")]
    return json_response({"data": [object_json(call, found) for found in seen]})


def object_json(call: Call, object_type: ObjectType) -> dict[str, Any]:
    """One object as the caller may know it."""
    actions = [found for found in object_type.actions.values() if policy.may(call.actor, object_type, found.permission)]
    return {
        "key": object_type.key,
        "address": f"/api/v1/{object_type.slug}",
        "label": str(object_type.label),
        "title": object_type.title,
        "custom": object_type.is_custom,
        "fields": [field_json(call, object_type, field) for field in policy.readable_fields(call.actor, object_type)],
        "permissions": [name for name in object_type.permissions if policy.may(call.actor, object_type, name)],
        "actions": [{"key": found.key, "label": str(found.label)} for found in actions],
    }


def field_json(call: Call, object_type: ObjectType, field: Field) -> dict[str, Any]:
    """One field: its kind, whether it may be written, and how it can be compared."""
    granted = policy.access(call.actor, object_type, field)
    comparable = granted >= FieldAccess.READ_ONLY
    return {
        "key": field.key,
        "label": str(field.label),
        "kind": field.type.key,
        "required": field.required,
        "unique": field.unique,
        "writable": granted >= FieldAccess.EDIT,
        "masked": granted is FieldAccess.MASKED,
        "indexed": field.indexed,
        "sortable": comparable and field.type.sortable and not field.type.multiple,
        "operators": [operator.key for operator in field.type.operators] if comparable else [],
        "target": field.type.link_targets(field),
        "schema": field.type.schema(field),
    }
