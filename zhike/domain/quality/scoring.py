"""Scores set-wise: one statement for each group of the rules, whether for one customer or a range of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest
from django.db.models.sql import DeleteQuery
from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.quality.models import QualityScore
from zhike.domain.quality.rules import CREATOR, Group, Item, Rules, current_rules
from zhike.engines.verification.models import State, ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.fields.base import Context
from zhike.metadata.listed_ids import among_given, given_ids
from zhike.metadata.models import Change
from zhike.metadata.saving import context_for

COLUMNS = ("score", "entry_due_at", "entry_by_id", "touched_at", "stale_at", "is_verified")
REACHED_BY = ("phones", "emails")


class Place(Enum):
    """Stands among the parameters of a statement for what is known when it runs."""

    IDS = "ids"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and its parameters, of which some may be places."""

    sql: str
    params: tuple[Any, ...]


def refresh(condition: Q, *, rules: Rules | None = None, now: datetime | None = None) -> int:
    """Score the customers of a condition over their ids (``pk``); returns how many scores changed.

    Runs inside a write transaction, and takes no lock of all scores: saves of different customers must not wait for each
    other. Should a large run overwrite a newer score with an older one, the change log brings the newer one back.
    """
    return sum(_run(statement, now=now) for statement in _statements(rules or current_rules(), condition))


def refresh_some(ids: Iterable[int]) -> int:
    """``refresh`` of customers by id: putting its SQL together takes longer than all else of saving one customer."""
    given = given_ids(sorted(ids))
    return sum(_run(statement, ids=given) for statement in _prepared(registry.edition(), current_rules()))


@lru_cache(maxsize=4)
def _prepared(_edition: int, rules: Rules) -> tuple[Statement, ...]:
    """The statements for these rules and the present catalogue."""
    return tuple(_statements(rules, among_given(Place.IDS)))


def _statements(rules: Rules, condition: Q) -> Iterator[Statement]:
    context = context_for(SYSTEM)
    yield from (_scores(rules, group, condition, context) for group in rules.groups)
    live = Customer.objects.filter(condition, _concerned(rules), deletion__isnull=True)
    gone = QualityScore.objects.filter(condition).exclude(pk__in=live.values("pk")).query.chain(DeleteQuery)
    yield Statement(*gone.get_compiler(connection=connection).as_sql())


def _run(statement: Statement, *, ids: Any = None, now: datetime | None = None) -> int:
    moment: Any = QualityScore._meta.get_field("computed_at")
    known = {Place.IDS: ids, Place.NOW: moment.get_db_prep_save(now or timezone.now(), connection)}
    params = [known[param] if isinstance(param, Place) else param for param in statement.params]
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, params)
        return int(cursor.rowcount)


def _concerned(rules: Rules) -> Q:
    """Customers that any group is about."""
    found = Q(pk__in=())
    for group in rules.groups:
        found |= _members(rules, group)
    return found


def _members(rules: Rules, group: Group) -> Q:
    if group.tier:
        return Q(kind=group.kind, tier=group.tier)
    apart = rules.tiers_apart(group.kind)
    return Q(kind=group.kind) & (Q(tier__isnull=True) | ~Q(tier__in=apart)) if apart else Q(kind=group.kind)


def _scores(rules: Rules, group: Group, condition: Q, context: Context) -> Statement:
    """Inserts or changes the scores of one group's customers."""
    rows = scored(rules, group, condition, context)
    names = ("pk", "q_score", "q_due", "q_by", "q_touched", "q_stale", "q_verified")
    sql, params = rows.values_list(*names).query.sql_with_params()
    table = QualityScore._meta.db_table
    listed = ", ".join(("customer_id", *COLUMNS, "rules_id", "computed_at"))
    sets = ", ".join(f"{name} = excluded.{name}" for name in (*COLUMNS, "rules_id", "computed_at"))
    differs = " OR ".join(f"{table}.{name} IS DISTINCT FROM excluded.{name}" for name in (*COLUMNS, "rules_id"))
    read = ", ".join(f"c{place}" for place in range(len(names)))
    return Statement(
        f"WITH scored ({read}) AS ({sql}) INSERT INTO {table} ({listed}) SELECT {read}, %s, %s FROM scored"
        f" WHERE true ON CONFLICT (customer_id) DO UPDATE SET {sets} WHERE {differs}",
        (*params, rules.id, Place.NOW),
    )


def scored(rules: Rules, group: Group, condition: Q, context: Context) -> QuerySet[Any]:
    """The group's customers with what the rules say of each: q_score, q_due, q_by, q_touched, q_stale, q_verified."""
    filled = {item.key: _filled(item.key, context) for item in group.items}
    # In the order of ids, so that two who score the same customers lock them in the same order.
    rows: QuerySet[Any] = Customer.objects.filter(condition, _members(rules, group), deletion__isnull=True).order_by(
        "pk"
    )
    touched = _touched_at()
    found: QuerySet[Any] = rows.annotate(q_touched=touched).annotate(
        q_score=_share(group, filled),
        q_due=_entry(group, filled, _due),
        q_by=_entry(group, filled, _responsible),
        q_stale=_later(F("q_touched"), timedelta(days=group.stale_days)) if group.stale_days else _nothing(),
        q_verified=_is_verified(context),
    )
    return found


def _filled(key: str, context: Context) -> Any:
    """Whether the field has a value; a field that is gone counts as empty."""
    field = registry.get("customer").fields.get(key)
    if field is None or field.retired:
        return Q(pk__in=())
    return field.type.condition("not_empty", None, field, context)


def _share(group: Group, filled: Mapping[str, Any]) -> Any:
    """Filled weight in per cent of all, rounded half up, in whole numbers."""
    points: Any = Value(group.total // 2)
    for item in group.items:
        weighed = Case(When(filled[item.key], then=Value(100 * item.weight)), default=Value(0))
        points = points + ExpressionWrapper(weighed, output_field=IntegerField())
    return ExpressionWrapper(points / Value(group.total), output_field=IntegerField())


def _entry(group: Group, filled: Mapping[str, Any], what: Any) -> Any:
    """Of the required fields that are missing the one due first."""
    required = sorted((item for item in group.items if item.required), key=lambda item: item.hours)
    output = what(Item("", 0)).output_field
    if not required:
        return Cast(Value(None), output)
    whens = [When(~_as_q(filled[item.key]), then=what(item)) for item in required]
    return Case(*whens, default=Value(None, output_field=output), output_field=output)


def _as_q(condition: Any) -> Q:
    return condition if isinstance(condition, Q) else Q(condition)


def _due(item: Item) -> Any:
    return _later(F("created_at"), timedelta(hours=item.hours))


def _responsible(item: Item) -> Any:
    return ExpressionWrapper(F("created_by_id" if item.by == CREATOR else "owner_id"), output_field=BigIntegerField())


def _later(moment: Any, by: timedelta) -> Any:
    return ExpressionWrapper(moment + Value(by), output_field=DateTimeField())


def _nothing() -> Any:
    return Cast(Value(None), DateTimeField())


def _touched_at() -> Any:
    """When a person last changed the record or said something of a value; what the system writes does not count."""
    by_people = Change.objects.filter(object_key="customer", record_id=OuterRef("pk"), actor_id__isnull=False)
    last = Subquery(by_people.order_by("-pk").values("at")[:1], output_field=DateTimeField())
    changed = Case(
        When(updated_by_id__isnull=False, then=F("updated_at")),
        default=Coalesce(last, F("created_at")),
        output_field=DateTimeField(),
    )
    marks = ValueMark.objects.filter(object_key="customer", record_id=OuterRef("pk"), is_current=True).order_by()
    said = marks.exclude(state=State.UNVERIFIED).values("object_key").annotate(_last=Max("at")).values("_last")
    return Greatest(changed, Coalesce(Subquery(said, output_field=DateTimeField()), F("created_at")))


def _is_verified(context: Context) -> Any:
    """Whether a phone or mail is verified; nothing where there is neither."""
    verified = ValueMark.objects.filter(
        object_key="customer",
        record_id=OuterRef("pk"),
        is_current=True,
        field_key__in=REACHED_BY,
        state=State.VERIFIED,
    )
    reachable = _as_q(_filled("phones", context)) | _as_q(_filled("emails", context))
    return Case(
        When(reachable, then=Case(When(Exists(verified), then=Value(True)), default=Value(False))),
        default=Value(None),
        output_field=BooleanField(null=True),
    )


# One record as a page shows it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Completeness:
    """Per cent, and the items that are missing, the heaviest first."""

    percent: int
    missing: tuple[Item, ...]


def completeness_of(values: Mapping[str, Any]) -> Completeness | None:
    """What the rules say of plain values; the same number as ``refresh`` computes. None where no rules concern them."""
    customer = registry.get("customer")
    group = current_rules().group_for(values.get("kind"), values.get("tier"))
    if group is None:
        return None
    missing = []
    for item in group.items:
        field = customer.fields.get(item.key)
        if field is None or field.retired or field.type.is_empty(values.get(item.key)):
            missing.append(item)
    lost = sum(item.weight for item in missing)
    percent = (100 * (group.total - lost) + group.total // 2) // group.total
    return Completeness(percent, tuple(sorted(missing, key=lambda item: (not item.required, -item.weight))))
