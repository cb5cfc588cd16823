"""Writing findings down: one, or a batch; and reading those of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, F, JSONField, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.verification.models import Means, State, ValueMark
from zhike.engines.verification.verifiable import LONGEST, texts_of, verifiable_fields
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor, FieldAccess
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType, UnknownField
from zhike.metadata.query import first_rows
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

NOT_HELD = Problem("not_held", _("The record does not have this value any more."))
UNKNOWN_STATE = Problem("unknown_state", _("Choose verified, not verified or invalid."))
UNKNOWN_MEANS = Problem("unknown_means", _("Say by what means this is known."))
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found out about one value of one record."""

    record_id: int
    field_key: str
    value: str
    state: str
    note: str = ""


#: Called in the transaction with the object type and the ids of records whose findings changed.
Listener = Callable[[ObjectType, Sequence[int]], None]
_listeners: list[Listener] = []


def after_marking(listener: Listener) -> Listener:
    """Register what must follow every finding, in its transaction."""
    _listeners.append(listener)
    return listener


def mark_value(
    object_key: str,
    record_id: int,
    field_key: str,
    value: str,
    state: str,
    *,
    means: str,
    actor: Actor,
    note: str = "",
    at: datetime | None = None,
) -> None:
    """Say that one value is verified, invalid, or neither any more.

    ``value`` is a phone as stored ("+8613800001234"), a mail, a code, or the line of an address. The actor must be able to change the record
    and see the field; the system may always (a mail that bounced). Raises NotFound, Denied, and Invalid ("not_held" where the
    record has no such value).
    """
    object_type = registry.get(object_key)
    checked_field(object_type, field_key, actor)
    if not policy.queryset_for(actor, object_type, "edit").filter(pk=record_id).exists():
        if policy.queryset_for(actor, object_type).filter(pk=record_id).exists():
            raise Denied(object_key, "edit")
        raise NotFound(object_key, record_id)
    if state not in State.values:
        raise Invalid({"state": [UNKNOWN_STATE]})
    if means not in Means.values:
        raise Invalid({"means": [UNKNOWN_MEANS]})
    finding = Finding(record_id, field_key, value[:LONGEST], state, " ".join(note.split())[:200])
    with storage().write_transaction():
        if not write_findings(object_type, [finding], means=means, by=actor.user_id, at=at):
            raise Invalid({"value": [NOT_HELD]})


def checked_field(object_type: ObjectType, field_key: str, actor: Actor) -> Field:
    """The field, if it can be verified and the actor sees it in full; raises NotFound."""
    try:
        field = object_type.field(field_key)
    except UnknownField:
        raise NotFound(object_type.key, field_key) from None
    known = any(found.key == field_key for found in verifiable_fields(object_type))
    if not known or policy.access(actor, object_type, field) < FieldAccess.READ_ONLY:
        raise NotFound(object_type.key, field_key)
    return field


def write_findings(
    object_type: ObjectType, findings: Iterable[Finding], *, means: str, by: int | None, at: datetime | None = None
) -> int:
    """Write findings about values that the records hold; returns how many. For services that have checked the rights.

    Runs inside a write transaction. What a record does not hold any more is passed over.
    """
    listed = list(findings)
    moment = at or timezone.now()
    held = values_held(object_type, {finding.record_id for finding in listed})
    fitting = {
        (finding.record_id, finding.field_key, finding.value): finding
        for finding in listed
        if finding.value in held.get((finding.record_id, finding.field_key), ())
    }
    if not fitting:
        return 0
    ids = sorted({finding.record_id for finding in fitting.values()})
    storage().lock_key(f"verification {object_type.key}")
    current = ValueMark.objects.filter(object_key=object_type.key, record_id__in=ids, is_current=True)
    old = [pk for pk, *place in current.values_list("pk", "record_id", "field_key", "value") if tuple(place) in fitting]
    ValueMark.objects.filter(pk__in=old).update(is_current=False)
    ValueMark.objects.bulk_create(
        [
            ValueMark(
                object_key=object_type.key,
                record_id=finding.record_id,
                field_key=finding.field_key,
                value=finding.value,
                state=finding.state,
                means=means,
                at=moment,
                by_id=by,
                note=finding.note,
            )
            for finding in fitting.values()
        ],
        batch_size=AT_ONCE,
    )
    tell(object_type, ids)
    return len(fitting)


def tell(object_type: ObjectType, ids: Sequence[int]) -> None:
    """Let everybody know whose records' findings changed."""
    for listener in _listeners:
        listener(object_type, ids)


def values_held(object_type: ObjectType, ids: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    """(record id, field key) → names of the values that live records hold now."""
    fields = verifiable_fields(object_type)
    rows = policy.every_record(object_type).filter(pk__in=list(ids), deletion__isnull=True)
    found = first_rows(
        object_type, rows, actor=SYSTEM, context=context_for(SYSTEM), columns=[field.key for field in fields]
    )
    return {(row.id, field.key): texts_of(field, row.values.get(field.key)) for row in found for field in fields}


class _Gathered(Aggregate):
    """The rows of a group as one JSON list."""

    function = "jsonb_agg"

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, output_field=JSONField())

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, function="json_group_array", **extra)


def marks_column(object_type: ObjectType) -> Any | None:
    """The current findings about a record as a column of a query over its type, or nothing.

    So that a page asks for them along with what it asks anyway. None where nothing can be verified.
    """
    if not verifiable_fields(object_type):
        return None
    rows = ValueMark.objects.filter(object_key=object_type.key, record_id=OuterRef("pk"), is_current=True).order_by()
    named = JSONObject(field=F("field_key"), value=F("value"), state=F("state"))
    gathered = rows.values("object_key").annotate(_marks=_Gathered(named)).values("_marks")
    return Subquery(gathered, output_field=JSONField())


def states_in(column: Any) -> dict[tuple[str, str], str]:
    """(field key, value) → state, from the value of ``marks_column``."""
    return {(row["field"], row["value"]): row["state"] for row in column or ()}


def states_of(object_type: ObjectType, record_id: int, values: Mapping[str, Any], actor: Actor) -> list[dict[str, Any]]:
    """Every value that can be verified and the actor sees in full, with what is known of it; for programs."""
    rows = ValueMark.objects.filter(object_key=object_type.key, record_id=record_id, is_current=True)
    marks = {(row.field_key, row.value): row for row in rows}
    found: list[dict[str, Any]] = []
    for field in verifiable_fields(object_type):
        if policy.access(actor, object_type, field) < FieldAccess.READ_ONLY:
            continue
        for text in texts_of(field, values.get(field.key)):
            mark = marks.get((field.key, text))
            found.append(
                {
                    "field": field.key,
                    "value": text,
                    "state": mark.state if mark else State.UNVERIFIED.value,
                    "means": mark.means if mark else None,
                    "at": mark.at if mark else None,
                    "by": mark.by_id if mark else None,
                    "note": mark.note if mark else "",
                }
            )
    return found
