"""The record that a request is about, as its reader may see and change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.safestring import SafeString

from zhike.engines.following.services import is_following
from zhike.engines.verification.marking import Known, known_in, marks_column
from zhike.metadata import policy
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.errors import BadQuery, Denied, NotFound
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.fields.date_text import today_of
from zhike.metadata.filters import compile_filter
from zhike.metadata.kept import kept_for
from zhike.metadata.labels import fill_labels, record_url
from zhike.metadata.object_type import Action, ObjectType
from zhike.metadata.prepared import NO_RECORD, PreparedValues
from zhike.metadata.query import PageRow, cell, record_row
from zhike.metadata.saving import context_for

#: Actions whose buttons a record's page may show.
ASKED = ("edit", "delete", "assign", "export")

#: Ids to fetch titles of, by object key.
Wanted = dict[str, set[int]]


@dataclass(frozen=True, slots=True)
class Rights:
    """Actions of the role grants that the actor has over a record, and keys of its own actions that make sense now."""

    actions: frozenset[str] = frozenset()
    due: frozenset[str] = frozenset()
    #: The actor follows the record.
    followed: bool = False
    #: What is known of the record's values by (field key, value).
    marks: Mapping[tuple[str, str], Known] = dataclass_field(default_factory=dict)


@dataclass(slots=True)
class Subject:
    """One record with what the actor may know of it and do with it."""

    object_type: ObjectType
    row: PageRow
    actor: Actor
    context: Context
    rights: Rights = Rights()

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def url(self) -> str:
        return record_url(self.object_type, self.row.id)

    @property
    def title(self) -> str:
        field = self.object_type.field(self.object_type.title)
        if field.key in self.row.masked:
            return str(field.type.masked_cell(self.row.values.get(field.key)))
        return " ".join(field.type.text(self.row.values.get(field.key), field, self.context).split()) or f"#{self.id}"

    def may(self, action: str) -> bool:
        return action in self.rights.actions

    def cell(self, field: Field) -> SafeString:
        return cell(self.row, field, self.context)

    def may_write(self, field: Field) -> bool:
        """Whether the actor may set this field of this record."""
        return self.may("edit") and policy.access(self.actor, self.object_type, field) >= FieldAccess.EDIT


def load(actor: Actor, object_type: ObjectType, record_id: int) -> Subject:
    """The record with what the actor may do; raises NotFound for what lies outside their reach or in the bin."""
    context = context_for(actor)
    rights = rights_over(actor, object_type, record_id, context)
    row = record_row(object_type, record_id, actor=actor, context=context) if rights is not None else None
    if row is None or rights is None:
        raise NotFound(object_type.key, record_id)
    return Subject(object_type, row, actor, context, rights)


def load_for(actor: Actor, object_type: ObjectType, record_id: int, action: str) -> Subject:
    """The record if the actor may do the action with it; raises NotFound or Denied."""
    subject = load(actor, object_type, record_id)
    if not subject.may(action):
        raise Denied(object_type.key, action)
    return subject


def rights_over(actor: Actor, object_type: ObjectType, record_id: int, context: Context) -> Rights | None:
    """What the actor may do with a live record, in one query; None when it is out of sight."""

    def prepared() -> PreparedValues[int]:
        return PreparedValues(_rights(actor, object_type, context, NO_RECORD), place=NO_RECORD)

    asked = kept_for(actor, object_type, "rights", prepared, day=today_of(context))
    found = next(iter(asked.ask(record_id)), None)
    if found is None:
        return None
    held = {name for name in found if name != "marks" and found[name]}
    return Rights(
        frozenset({"view"} | {name[4:] for name in held if name.startswith("may_")}),
        frozenset(name[4:] for name in held if name.startswith("due_")),
        "followed" in held,
        marks=known_in(found.get("marks")),
    )


def _rights(actor: Actor, object_type: ObjectType, context: Context, record_id: int) -> QuerySet[Any, dict[str, Any]]:
    """The query of ``rights_over``: a column for every right, every action's condition, and whether the actor follows."""
    asked = dict.fromkeys((*ASKED, *(action.permission for action in object_type.actions.values())))
    columns: dict[str, Any] = {}
    for name in asked:
        if name != "view" and policy.may(actor, object_type, name):
            columns[f"may_{name}"] = as_column(policy.scope_condition(actor, object_type, name))
    for key, action in object_type.actions.items():
        columns[f"due_{key}"] = as_column(due_condition(action, object_type, context))
    columns["followed"] = is_following(object_type, record_id, actor)
    known = marks_column(object_type)
    if known is not None:
        columns["marks"] = known
    rows: QuerySet[Any, Any] = policy.queryset_for(actor, object_type).filter(pk=record_id).annotate(**columns)
    return rows.values("pk", *columns)


def as_column(condition: Q | None) -> Any:
    """The condition as a boolean column; None always holds."""
    always = Value(True)
    return always if condition is None else Case(When(condition, then=always), default=Value(False))


def due_condition(action: Action, object_type: ObjectType, context: Context) -> Q | None:
    """When the action makes sense; never for an actor who may not know the fields that decide."""
    if action.when is None:
        return None
    try:
        return compile_filter(object_type, action.when, context)
    except BadQuery:
        return Q(pk__in=())


# Titles of what is linked -----------------------------------------------------------------------------------------


def want(wanted: Wanted, key: str, ids: Iterable[int | None]) -> None:
    """Note ids whose titles will be needed."""
    found = {pk for pk in ids if pk is not None}
    if found:
        wanted.setdefault(key, set()).update(found)


def want_values(wanted: Wanted, object_type: ObjectType, values: Mapping[str, object]) -> None:
    """Note what plain values link to."""
    for key, value in values.items():
        field = object_type.fields.get(key)
        if field is None or value is None:
            continue
        target = field.type.link_targets(field)
        if target is not None:
            want(wanted, target, field.type.link_ids(value))


def want_row(wanted: Wanted, object_type: ObjectType, row: PageRow) -> None:
    """Note what a row links to, masked values aside."""
    want_values(wanted, object_type, {key: value for key, value in row.values.items() if key not in row.masked})


def fetch(wanted: Wanted, context: Context) -> None:
    """Fetch all noted titles; one query an object type."""
    fill_labels(wanted, context)
