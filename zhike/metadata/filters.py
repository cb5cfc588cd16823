"""The filter language: a tree of all, any and not over comparisons, compiled to one condition.

A filter is JSON: ``{"all": [{"field": "name", "op": "contains", "value": "建国"}, {"not": {…}}, {"any": […]}]}``. A field may
be a path over a link (``customer.tier``) or to child records by their address (``contacts.role``); a path matches when
such a record exists among those that the actor may see. Anything unknown is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy, registry
from zhike.metadata.conditions import condition_fields
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Condition, Context, Field, ValueRefused
from zhike.metadata.object_type import ObjectType

MOST_LEVELS = 8
MOST_CONDITIONS = 100
MOST_STEPS = 3
GROUPS = {"all", "any", "not"}


def compile_filter(object_type: ObjectType, node: Mapping[str, Any] | None, context: Context) -> Q:
    """The filter as a condition for rows of the object type; raises BadQuery."""
    if node is None or node == {}:
        return Q()
    return _Compiler(context).node(object_type, node, 0)


class _Compiler:
    """Walks a filter once, counting what it holds."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.conditions = 0

    def node(self, object_type: ObjectType, node: Any, level: int) -> Q:
        if not isinstance(node, Mapping) or level > MOST_LEVELS:
            raise BadQuery("bad_filter", _("The filter is not built as it should be."))
        groups = GROUPS.intersection(node)
        if len(groups) == 1 and len(node) == 1:
            return self._group(object_type, groups.pop(), node, level)
        if not groups and set(node) <= {"field", "op", "value"} and {"field", "op"} <= set(node):
            return self._comparison(object_type, node)
        raise BadQuery("bad_filter", _("The filter is not built as it should be."))

    def _group(self, object_type: ObjectType, kind: str, node: Mapping[str, Any], level: int) -> Q:
        if kind == "not":
            return ~self.node(object_type, node["not"], level + 1)
        if not isinstance(node[kind], list):
            raise BadQuery("bad_filter", _("The filter is not built as it should be."))
        parts = [self.node(object_type, part, level + 1) for part in node[kind]]
        if kind == "all" or not parts:
            return Q(*parts)
        joined = parts[0]
        for part in parts[1:]:
            joined |= part
        return joined

    def _comparison(self, object_type: ObjectType, node: Mapping[str, Any]) -> Q:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise BadQuery("bad_filter", _("The filter has too many conditions."))
        path = node["field"]
        if not isinstance(path, str) or not isinstance(node["op"], str):
            raise BadQuery("bad_filter", _("The filter is not built as it should be."))
        return self._path(object_type, path.split("."), path, node)

    def _path(self, object_type: ObjectType, steps: list[str], path: str, node: Mapping[str, Any]) -> Q:
        if len(steps) == 1:
            field = comparable_field(object_type, steps[0], self.context, path)
            return Q(condition(field, node["op"], node.get("value"), self.context))
        if len(steps) > MOST_STEPS:
            raise BadQuery("unknown_field", _("There is no such field."), field=path)
        return self._through(object_type, steps, path, node)

    def _through(self, object_type: ObjectType, steps: list[str], path: str, node: Mapping[str, Any]) -> Q:
        """A condition on records one step away, among those that the actor may see."""
        step, rest = steps[0], steps[1:]
        child = next((found for found in object_type.children if registry.get(found.object_key).slug == step), None)
        if child is not None:
            target = registry.get(child.object_key)
            rows = policy.queryset_for(self.context.actor, target).filter(**{child.via: OuterRef("pk")})
        else:
            field = comparable_field(object_type, step, self.context, path)
            key = field.type.link_targets(field)
            if key is None or field.column is None or field.type.multiple:
                raise BadQuery("unknown_field", _("There is no such field."), field=path)
            target = registry.get(key)
            rows = policy.queryset_for(self.context.actor, target).filter(pk=OuterRef(field.column))
        return Q(Exists(rows.filter(self._path(target, rest, path, node))))


def comparable_field(object_type: ObjectType, key: str, context: Context, path: str = "") -> Field:
    """The field if the actor may compare by it; a hidden one answers as one that does not exist."""
    field = object_type.fields.get(key)
    if field is None and (named := condition_fields(object_type, context.actor).get(key)) is not None:
        return named
    if field is None or field.retired or not policy.comparable(context.actor, object_type, field):
        raise BadQuery("unknown_field", _("There is no such field."), field=path or key)
    return field


def condition(field: Field, operator: str, value: Any, context: Context) -> Condition:
    """One comparison; raises BadQuery for an operator or a value that the field does not take."""
    if operator not in {known.key for known in field.type.operators}:
        raise BadQuery("unknown_operator", _("This field cannot be compared that way."), field=field.key)
    try:
        return field.type.condition(operator, value, field, context)
    except ValueRefused as refusal:
        raise BadQuery(refusal.code, refusal.message, field=field.key) from refusal
