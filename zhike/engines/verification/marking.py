"""Writing findings down: one, or a batch; and reading those of a record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, F, JSONField, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.verification.models import Means, State, ValueMark
from zhike.engines.verification.verifiable import LONGEST, has_findings, is_verifiable, texts_of, verifiable_fields
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
    """The field, if it can be verified by a tap and the actor sees it in full; raises NotFound."""
    field = readable_field(object_type, field_key, actor)
    if not is_verifiable(object_type, field):
        raise NotFound(object_type.key, field_key)
    return field


def readable_field(object_type: ObjectType, field_key: str, actor: Actor) -> Field:
    """The field, if findings about it are kept and the actor sees it in full; raises NotFound."""
    try:
        field = object_type.field(field_key)
    except UnknownField:
        raise NotFound(object_type.key, field_key) from None
    known = has_findings(object_type) and field.computed is None and not field.retired
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
    held = values_held(
        object_type, {finding.record_id for finding in listed}, {finding.field_key for finding in listed}
    )
    return _write(object_type, listed, held, means=means, by=by, at=at)


def confirm(
    object_type: ObjectType,
    keys_by_id: Mapping[int, Collection[str]],
    *,
    means: str,
    by: int | None,
    at: datetime | None = None,
) -> int:
    """Say that all values that these fields of the records hold now are right; returns how many. As ``write_findings``.

    Of any stored field, by few statements for a thousand records. ``by`` is None where the customer said so themselves.
    """
    wanted = {(pk, key) for pk, keys in keys_by_id.items() for key in keys}
    if not wanted:
        return 0
    held = values_held(object_type, keys_by_id, {key for _pk, key in wanted})
    findings = [
        Finding(pk, key, text, State.VERIFIED)
        for (pk, key), texts in held.items()
        if (pk, key) in wanted
        for text in texts
    ]
    return _write(object_type, findings, held, means=means, by=by, at=at)


def withdraw(object_type: ObjectType, record_id: int, key: str, *, means: str, by: int | None) -> int:
    """Take back what these means said of a field's values; findings by others stay. As ``write_findings``."""
    said = ValueMark.objects.filter(
        object_key=object_type.key, record_id=record_id, field_key=key, means=means, is_current=True
    )
    values = said.exclude(state=State.UNVERIFIED).values_list("value", flat=True)
    findings = [Finding(record_id, key, value, State.UNVERIFIED) for value in values]
    return write_findings(object_type, findings, means=means, by=by) if findings else 0


Held = Mapping[tuple[int, str], Sequence[str]]


def _write(
    object_type: ObjectType, listed: Sequence[Finding], held: Held, *, means: str, by: int | None, at: datetime | None
) -> int:
    moment = at or timezone.now()
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


def values_held(object_type: ObjectType, ids: Iterable[int], keys: Collection[str]) -> dict[tuple[int, str], list[str]]:
    """(record id, field key) → names of the values that live records hold now in these fields; what is no field has none."""
    fields = [field for field in object_type.active_fields if field.key in keys and field.computed is None]
    if not fields or not has_findings(object_type):
        return {}
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
    if not has_findings(object_type):
        return None
    rows = ValueMark.objects.filter(object_key=object_type.key, record_id=OuterRef("pk"), is_current=True).order_by()
    named = JSONObject(field=F("field_key"), value=F("value"), state=F("state"), means=F("means"), at=F("at"))
    gathered = rows.values("object_key").annotate(_marks=_Gathered(named)).values("_marks")
    return Subquery(gathered, output_field=JSONField())


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a value now."""

    state: State
    means: Means
    at: datetime


def known_in(column: Any) -> dict[tuple[str, str], Known]:
    """(field key, value) → what is known, from the value of ``marks_column``."""
    return {
        (row["field"], row["value"]): Known(State(row["state"]), Means(row["means"]), _moment(row["at"]))
        for row in column or ()
    }


def _moment(text: str) -> datetime:
    """Within JSON SQLite writes moments without their zone, which is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def states_of(object_type: ObjectType, record_id: int, values: Mapping[str, Any], actor: Actor) -> list[dict[str, Any]]:
    """Every value that can be verified or was confirmed, and the actor sees in full, with what is known of it; for programs."""
    rows = ValueMark.objects.filter(object_key=object_type.key, record_id=record_id, is_current=True)
    marks = {(row.field_key, row.value): row for row in rows}
    asked = {field.key for field in verifiable_fields(object_type)}
    told = asked | {key for key, _value in marks}
    found: list[dict[str, Any]] = []
    for field in (field for field in object_type.active_fields if field.key in told):
        if policy.access(actor, object_type, field) < FieldAccess.READ_ONLY:
            continue
        for text in texts_of(field, values.get(field.key)):
            mark = marks.get((field.key, text))
            if mark is None and field.key not in asked:
                continue
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
