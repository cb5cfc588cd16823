"""The questions asked of every batch before it is written: may, parses, exists, required, unique. All set-wise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set as AbstractSet
from itertools import chain
from typing import Any

from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.fields.base import Context, Field, ValueRefused
from zhike.metadata.labels import visible_ids
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.storage import storage

AllProblems = Sequence[Problems]

UNKNOWN_FIELD = Problem("unknown_field", _("There is no such field."))
READ_ONLY = Problem("read_only", _("This field is set by the system."))
NOT_PERMITTED = Problem("not_permitted", _("You may not change this field."))
REQUIRED = Problem("required", _("Please fill this in."))
NO_SUCH_RECORD = Problem("no_such_record", _("There is no such record, or you may not see it."))
RETIRED = Problem("retired", _("This field is retired; it keeps its data but takes no more."))


def note(problems: Problems, key: str, problem: Problem) -> None:
    """Add a problem of a field to a row's problems."""
    problems.setdefault(key, []).append(problem)


def field_problem(actor: Actor, object_type: ObjectType, key: str) -> Problem | None:
    """Why the actor may not write this field, if so."""
    field = object_type.fields.get(key)
    if field is None or policy.access(actor, object_type, field) is FieldAccess.HIDDEN:
        # A hidden field answers as one that does not exist.
        return UNKNOWN_FIELD
    if actor.is_system:
        return RETIRED if field.retired else None
    if field.readonly and not policy.may_bring(actor, object_type, field):
        return READ_ONLY
    if field.retired:
        return RETIRED
    if not field.readonly and policy.access(actor, object_type, field) < FieldAccess.EDIT:
        return NOT_PERMITTED
    return None


def parse_rows(
    object_type: ObjectType, raws: Sequence[Mapping[str, Any]], context: Context, problems: AllProblems
) -> list[Values]:
    """Plain values of every row; what does not parse, or may not be written, becomes a problem of its row."""
    plain: list[Values] = [{} for _row in raws]
    for key in dict.fromkeys(chain.from_iterable(raws)):
        refused = field_problem(context.actor, object_type, key)
        read = reader(object_type.fields[key], context) if refused is None else None
        for raw, values, found in zip(raws, plain, problems, strict=True):
            if key not in raw:
                continue
            value = refused if read is None else read(raw[key])
            if type(value) is Problem:
                note(found, key, value)
            else:
                values[key] = value
    return plain


def reader(field: Field, context: Context) -> Callable[[Any], Any]:
    """A function that turns a raw value of the field into its plain value, or into the Problem that it is.

    What a text or a whole number means is remembered, because columns repeat themselves: choices, sources, dates, links.
    """
    parse, is_empty = field.type.parse, field.type.is_empty
    texts: dict[Any, Any] = {}
    numbers: dict[Any, Any] = {}

    def read(raw: Any) -> Any:
        kind = type(raw)
        known = texts if kind is str else numbers if kind is int else None
        if known is not None and raw in known:
            return known[raw]
        try:
            value = None if raw is None or raw == "" else parse(raw, field, context)
        except ValueRefused as refusal:
            value = Problem(refusal.code, refusal.message)
        else:
            value = None if is_empty(value) else value
        # Lists and objects belong to one record each.
        if known is not None and not isinstance(value, list | dict):
            known[raw] = value
        return value

    return read


def check_links(
    object_type: ObjectType, links: Mapping[str, Mapping[int, Any]], context: Context, problems: AllProblems
) -> None:
    """Linked records must exist and be visible to the actor; ``links`` are plain values by field key and row, one query per field."""
    for key, values in links.items():
        field = object_type.fields[key]
        target, link_ids = field.type.link_targets(field), field.type.link_ids
        wanted = {pk for value in values.values() for pk in link_ids(value)}
        if target is None or not wanted:
            continue
        missing = wanted - visible_ids(target, wanted, context)
        for index, value in values.items() if missing else ():
            if missing.intersection(link_ids(value)):
                note(problems[index], key, NO_SUCH_RECORD)


def check_required(object_type: ObjectType, plain: Sequence[Values], new: Iterable[int], problems: AllProblems) -> None:
    """New records need every required field; old ones may not lose one."""
    created = set(new)
    required = [field.key for field in object_type.active_fields if field.required and not field.readonly]
    for key in required:
        for index, values in enumerate(plain):
            lacking = values[key] is None if key in values else index in created
            if lacking and key not in problems[index]:
                note(problems[index], key, REQUIRED)


# Unique keys ------------------------------------------------------------------------------------------------------


def check_unique(
    object_type: ObjectType,
    plain: Sequence[Values],
    ids: Sequence[int | None],
    touched: AbstractSet[str],
    actor: Actor,
    problems: AllProblems,
) -> None:
    """No two records share a unique key that the batch touches, inside the batch, in the base or in the bin."""
    for field in object_type.active_fields:
        if field.key in touched and field.unique and (field.type.is_assigned or not field.readonly):
            _check_unique_field(object_type, field, plain, ids, actor, problems)
    for constraint in object_type.model._meta.constraints:
        if not isinstance(constraint, UniqueConstraint) or constraint.condition is not None:
            continue
        if len(constraint.fields) > 1 and not touched.isdisjoint(constraint.fields):
            _check_unique_together(object_type, constraint, plain, ids, problems)


def _check_unique_field(
    object_type: ObjectType,
    field: Field,
    plain: Sequence[Values],
    ids: Sequence[int | None],
    actor: Actor,
    problems: AllProblems,
) -> None:
    wanted: dict[Any, int] = {}
    for index, values in enumerate(plain):
        value = values.get(field.key)
        if value is None:
            continue
        if value in wanted:
            details = {"row": wanted[value]}
            note(problems[index], field.key, Problem("repeated", _("An earlier row has the same value."), details))
            continue
        wanted[value] = index
    if not wanted:
        return
    if field.is_custom:
        storage().lock_key(f"unique {object_type.key}.{field.key}")
    for holder in holders(object_type, field, list(wanted)):
        value, pk, deletion = holder
        index = wanted.get(value, -1)
        if index >= 0 and ids[index] != pk:
            note(problems[index], field.key, taken(object_type, pk, deletion is not None, actor))


def holders(object_type: ObjectType, field: Field, values: list[Any]) -> list[tuple[Any, int, int | None]]:
    """(value, id, deletion) of all records, those in the bin included, that have one of the plain values."""
    rows = policy.every_record(object_type)
    if field.column is not None:
        return list(rows.filter(**{f"{field.column}__in": values}).values_list(field.column, "pk", "deletion_id"))
    by_json = {field.type.to_json(value, field): value for value in values}
    found = rows.alias(_key=field.type.expression(field)).filter(_key__in=list(by_json))
    return [
        (by_json.get(custom.get(field.key)), pk, deletion)
        for custom, pk, deletion in found.values_list("custom", "pk", "deletion_id")
    ]


def taken(object_type: ObjectType, pk: int, deleted: bool, actor: Actor) -> Problem:
    """The problem of a unique key that another record holds; it names the record only to who may see it."""
    action = "restore" if deleted else "view"
    visible = policy.queryset_for(actor, object_type, action, deleted=deleted).filter(pk=pk).exists()
    details = {"record": pk if visible else None, "deleted": deleted}
    if deleted and visible:
        return Problem("taken_by_deleted", _("A deleted record holds this value. You can restore it instead."), details)
    return Problem("taken", _("Another record has this value already."), details)


def _check_unique_together(
    object_type: ObjectType,
    constraint: UniqueConstraint,
    plain: Sequence[Values],
    ids: Sequence[int | None],
    problems: AllProblems,
) -> None:
    names = constraint.fields
    wanted: dict[tuple[Any, ...], int] = {}
    said: Any = constraint.get_violation_error_message()
    message = Problem("taken", said or _("Such a record exists already."))
    for index, values in enumerate(plain):
        key = tuple(values.get(name) for name in names)
        if None in key:
            continue
        if key in wanted:
            note(problems[index], "", message)
        wanted.setdefault(key, index)
    if not wanted:
        return
    first = {key[0] for key in wanted}
    rows = object_type.model._default_manager.filter(**{f"{names[0]}__in": first})
    for *key, pk in rows.values_list(*names, "pk"):
        index = wanted.get(tuple(key), -1)
        if index >= 0 and ids[index] != pk:
            note(problems[index], "", message)
