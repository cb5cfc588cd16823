"""Who may do what: predicates over rows, access to fields, and the explanation of both.

Every read starts from ``queryset_for``; every write asks ``require`` and selects its rows through ``queryset_for`` with the
action's name. Nothing is filtered after the fetch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact, In

from zhike.metadata import registry
from zhike.metadata.actor import Actor, FieldAccess, Scope
from zhike.metadata.errors import Denied
from zhike.metadata.fields.base import Field, Input
from zhike.metadata.kept import kept_for
from zhike.metadata.listed_ids import among_few
from zhike.metadata.models import CustomRecord, Record, TeamMember
from zhike.metadata.object_type import ObjectType

#: Actions that team members with "view" may do; the others need "edit".
READING = frozenset({"view", "export"})
#: Actions on what does not exist yet.
BEFORE_EXISTENCE = frozenset({"create", "import"})
#: Into how many parts a scope is taken at most; see ``parts_for``.
MOST_PARTS = 12


def may(actor: Actor, object_type: ObjectType, action: str) -> bool:
    """Whether the actor may do the action on any record at all."""
    if object_type.is_private:
        return actor.is_system or (actor.user_id is not None and _token_reaches(actor, object_type, action))
    if object_type.is_line and action not in READING and not actor.is_system:
        return False
    return actor.scope(object_type.key, action) > Scope.NONE


def _token_reaches(actor: Actor, object_type: ObjectType, action: str) -> bool:
    return actor.token_scopes is None or actor.token_allows(object_type.key, action)


def require(actor: Actor, object_type: ObjectType, action: str) -> None:
    """Raise Denied unless ``may``."""
    if not may(actor, object_type, action):
        raise Denied(object_type.key, action)


def queryset_for(
    actor: Actor,
    object_type: ObjectType,
    action: str = "view",
    *,
    deleted: bool = False,
    fenced: bool = False,
    gathered: bool = False,
) -> QuerySet[Record]:
    """The records on which the actor may do the action; ``deleted`` gives those in the bin instead of the live ones.

    ``fenced`` keeps the database from starting at the scope's columns, so that it walks the index of the sort order
    instead: right when the scope is large, ruinous when it is small (``query.py`` decides). ``gathered`` lets it start
    at the parents that rights follow: right when all rows of the scope are wanted, and not a page or some ids.
    """
    rows = every_record(object_type).filter(deletion__isnull=not deleted)
    if not may(actor, object_type, action):
        return rows.none()
    condition = scope_condition(actor, object_type, action, deleted=deleted, fenced=fenced, gathered=gathered)
    return rows if condition is None else rows.filter(condition)


def parts_for(
    actor: Actor, object_type: ObjectType, action: str = "view", *, deleted: bool = False, apart: bool = False
) -> list[QuerySet[Record]] | None:
    """The records of ``queryset_for`` in parts that each begin at one value of an index: a department, the owner, the team.

    A record may be in several parts, unless they are to be ``apart``. None where the rights do not fall into a few parts.
    """
    if not may(actor, object_type, action):
        return []
    conditions = _conditions(actor, object_type, action, joined=apart)
    if conditions is None or len(conditions) > MOST_PARTS:
        return None
    rows = every_record(object_type).filter(deletion__isnull=not deleted)
    found = []
    for position, condition in enumerate(conditions):
        part = rows.filter(condition)
        for earlier in conditions[:position] if apart else ():
            part = part.filter(~earlier)
        found.append(part)
    return found


def _conditions(actor: Actor, object_type: ObjectType, action: str, *, joined: bool) -> list[Q] | None:
    """What ``scope_condition`` joins by "or"; with ``joined`` departments in one. None where it is built otherwise."""
    if scope_condition(actor, object_type, action) is None:
        return [Q()]
    if object_type.is_private:
        return [Q(owner_id=actor.user_id)]
    if object_type.scope_from or object_type.shared_by:
        return None
    scope, departments = actor.scope(object_type.key, action), frozenset[int]()
    if scope >= Scope.DEPARTMENT:
        departments = actor.subtree_ids if scope >= Scope.DEPARTMENT_AND_BELOW else actor.department_ids
    listed = [sorted(departments)] if joined and departments else [[pk] for pk in sorted(departments)]
    within = [Q(department_id__in=found) if joined else Q(department_id=found[0]) for found in listed]
    return [*within, Q(owner_id=actor.user_id), _team(actor, object_type, action)]


def every_record(object_type: ObjectType) -> QuerySet[Record]:
    """All rows of the object type, live or deleted, without any rights: for the kernel alone."""
    rows: QuerySet[Any] = object_type.model._default_manager.all()
    if object_type.model is CustomRecord:
        # As a literal: SQLite uses an index on one object's values only if it can read which object is meant.
        literal = RawSQL(str(int(object_type.custom_id or 0)), (), BigIntegerField())  # noqa: S611 - a whole number
        rows = rows.filter(Exact(F("object_id"), literal))
    return rows


def scope_condition(
    actor: Actor,
    object_type: ObjectType,
    action: str,
    *,
    deleted: bool = False,
    fenced: bool = False,
    gathered: bool = False,
) -> Q | None:
    """The rights of the actor as a condition on rows; None when they reach every row. See ``queryset_for``."""
    if actor.is_system:
        return None
    if object_type.is_private:
        return Q(owner_id=actor.user_id)
    if object_type.scope_from:
        return _parent_condition(actor, object_type, action, _Parents(object_type, deleted, fenced, gathered))
    scope = _own_condition(actor, object_type, action, fenced=fenced)
    if object_type.shared_by:
        shown = Q(owner_id=actor.user_id) | Q(**{object_type.shared_by: True})
        return shown if scope is None else shown & scope
    return scope


@dataclass(frozen=True, slots=True)
class _Parents:
    """How rows whose rights follow a parent look for it."""

    object_type: ObjectType
    deleted: bool
    fenced: bool
    gathered: bool

    def condition(self, actor: Actor, parent: ObjectType, action: str, link: Field) -> Q | None:
        """That the linked parent is among those on which the actor may do ``action``; None for all.

        Live rows have live parents, and saying so opens the indexes of live records to the database.
        """
        if not may(actor, parent, action):
            return Q(pk__in=())
        within = scope_condition(actor, parent, action, deleted=self.deleted, gathered=self.gathered)
        if within is None:
            return None
        rows = every_record(parent).filter(within)
        if not self.deleted:
            rows = rows.filter(deletion__isnull=True)
        column = link.column or link.key
        if self.gathered:
            # Parts, because SQLite reads the whole table for conditions joined by "or" when one of them is a query.
            parts = None if self.deleted else parts_for(actor, parent, action, apart=True)
            first, *others = [part.values("pk") for part in parts or [rows]]
            return Q(**{f"{column}__in": first.union(*others, all=True) if others else first})
        linked: Any = OuterRef(column)
        if self.fenced:
            linked = ExpressionWrapper(linked + Value(0), output_field=BigIntegerField())
        return Q(Exists(rows.filter(pk=linked)))


def _parent_condition(actor: Actor, object_type: ObjectType, action: str, parents: _Parents) -> Q | None:
    """Rows follow their parent: seen by who sees it, changed by who may edit it or by their own people within its sight."""
    link = object_type.field(object_type.scope_from or "")
    parent = registry.get(link.options["target"])
    seen = parents.condition(actor, parent, "view", link)
    if action in READING:
        return seen
    edited = parents.condition(actor, parent, "edit", link)
    own = _own_condition(actor, object_type, action, fenced=parents.fenced)
    if edited is None or (own is None and seen is None):
        return None
    if own is None:
        return seen
    return edited | (own & seen if seen is not None else own)


def _own_condition(actor: Actor, object_type: ObjectType, action: str, *, fenced: bool = False) -> Q | None:
    scope = actor.scope(object_type.key, action)
    if scope >= Scope.ALL:
        return None
    condition = _equals("owner_id", actor.user_id, fenced=fenced) | _team(actor, object_type, action)
    if scope >= Scope.DEPARTMENT_AND_BELOW:
        return condition | _within("department_id", actor.subtree_ids, fenced=fenced)
    if scope >= Scope.DEPARTMENT:
        return condition | _within("department_id", actor.department_ids, fenced=fenced)
    return condition


def _team(actor: Actor, object_type: ObjectType, action: str) -> Q:
    members = TeamMember.objects.filter(user_id=actor.user_id or 0, object_key=object_type.key)
    if action not in READING:
        members = members.filter(access=TeamMember.Access.EDIT)
    return among_few(members.values("record_id"))


def _equals(column: str, value: int | None, *, fenced: bool) -> Q:
    return Q(Exact(F(column) + Value(0), value)) if fenced else Q(**{column: value})


def _within(column: str, values: frozenset[int], *, fenced: bool) -> Q:
    listed = sorted(values)
    if not listed:
        return Q(pk__in=())
    return Q(In(F(column) + Value(0), listed)) if fenced else Q(**{f"{column}__in": listed})


# Fields -----------------------------------------------------------------------------------------------------------


def access(actor: Actor, object_type: ObjectType, field: Field) -> FieldAccess:
    """What the actor may do with a field of a record within reach."""
    granted = actor.access(object_type.key, field.key)
    if field.inputs and not all(sees_input(actor, source) for source in field.inputs):
        return FieldAccess.HIDDEN
    return min(granted, FieldAccess.READ_ONLY) if field.readonly else granted


def sees_input(actor: Actor, source: Input) -> bool:
    """Whether the actor sees in full what a computed field is made from; masked values would shine through."""
    object_type = registry.catalogue().get(source.object_key)
    if object_type is None or not may(actor, object_type, "view"):
        return False
    if source.every_row and scope_condition(actor, object_type, "view") is not None:
        return False
    field = object_type.fields.get(source.field_key)
    if field is None:
        return not source.field_key
    return access(actor, object_type, field) >= FieldAccess.READ_ONLY


def readable_fields(actor: Actor, object_type: ObjectType) -> tuple[Field, ...]:
    """Fields that the actor may know of, masked ones included."""
    return kept_for(actor, object_type, "readable", partial(_readable, actor, object_type))


def _readable(actor: Actor, object_type: ObjectType) -> tuple[Field, ...]:
    return tuple(field for field in object_type.active_fields if access(actor, object_type, field) > FieldAccess.HIDDEN)


def comparable(actor: Actor, object_type: ObjectType, field: Field) -> bool:
    """Whether the actor may filter, sort, group or count by the field: only by what is shown in full."""
    return access(actor, object_type, field) >= FieldAccess.READ_ONLY


def writable_fields(actor: Actor, object_type: ObjectType) -> tuple[Field, ...]:
    """Fields that the actor may set."""
    return tuple(field for field in object_type.active_fields if access(actor, object_type, field) >= FieldAccess.EDIT)


def may_bring(actor: Actor, object_type: ObjectType, field: Field) -> bool:
    """Whether the actor may bring old values of a field along, in an import, that the system gives otherwise."""
    return (
        field.type.is_assigned
        and actor.has("settings")
        and actor.access(object_type.key, field.key) >= FieldAccess.EDIT
    )


def shown(actor: Actor, object_type: ObjectType, field: Field, value: Any) -> Any:
    """The plain value as the actor may see it: itself, masked, or None."""
    granted = access(actor, object_type, field)
    if granted >= FieldAccess.READ_ONLY or field.type.is_empty(value):
        return value
    return field.type.mask(value, field) if granted is FieldAccess.MASKED else None
