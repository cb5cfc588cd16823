"""Gives customers their grades: of those whose grade differs writes the grade, the move with its reason, and the tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.tiers import methods
from zhike.domain.tiers.alerts import tell_of_falls
from zhike.domain.tiers.definition import Definition, read
from zhike.domain.tiers.grading import Cuts, graded
from zhike.domain.tiers.models import TierChange, TierGrade, TierOverride, TierScheme, TierVersion
from zhike.domain.tiers.models.change import Direction
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.query import first_rows
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

ORIGIN = Origin("tiers", str(_("Grading")))
COLUMNS = ("scheme_id", "customer_id", "grade", "computed", "score", "detail", "version_id", "since", "graded_at")


@dataclass(frozen=True, slots=True)
class Move:
    """A customer whose grade, or what it rests on, is no longer what is stored."""

    customer: int
    computed: str
    score: int | None
    points: tuple[int, ...]
    old: str | None
    override: Mapping[str, Any] | None

    @property
    def grade(self) -> str:
        return str(self.override["grade"]) if self.override else self.computed


def version_in_force(scheme: TierScheme, day: date | None = None) -> TierVersion | None:
    """The latest version whose day has come."""
    found = scheme.versions.filter(effective_on__lte=day or timezone.localdate())
    return found.order_by("effective_on", "number").last()


def regrade(version: TierVersion, cuts: Cuts, condition: Q, *, now: datetime | None = None) -> int:
    """Grade the customers of a condition; returns how many moved. Runs inside a write transaction."""
    moment = now or timezone.now()
    storage().lock_key(f"tiers {version.scheme_id}")
    definition = read(version.definition)
    moves = differing(version, definition, cuts, condition, timezone.localtime(moment).date())
    if not moves:
        return 0
    details = _details(definition, moves)
    real = [move for move in moves if (move.old or "") != move.grade]
    _write_grades(version, moves, details, moment)
    method = methods.find(definition.by)
    changed: set[int] = set()
    if version.scheme.writes:
        changed = _write_field(version.scheme.writes, real, method.nothing if method else None)
    _write_history(version, definition, real, details, moment)
    if method is not None:
        method.tell(version.scheme, definition, [move for move in real if move.customer in changed])
    else:
        tell_of_falls(version.scheme, definition, real)
    return len(real)


def differing(version: TierVersion, definition: Definition, cuts: Cuts, condition: Q, today: date) -> list[Move]:
    """Customers of the condition whose grade or score is not what is stored, in one statement."""
    found = graded(definition, cuts, condition)
    width = len(definition.criteria) if definition.by == "score" else 0
    points = "".join(f", p{place}" for place in range(width))
    names = [grade.key for grade in definition.grades]
    keys = "".join(f" WHEN {place} THEN %s" for place in range(len(names)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH fresh (pk, place, score{points}) AS ({found.sql}),"
            f" keyed AS (SELECT fresh.*, CASE place{keys} ELSE '' END AS computed FROM fresh)"
            f" SELECT keyed.pk, keyed.computed, keyed.score, held.grade, given.grade{points} FROM keyed"
            f" LEFT JOIN {TierGrade._meta.db_table} held ON held.customer_id = keyed.pk AND held.scheme_id = %s"
            f" LEFT JOIN {TierOverride._meta.db_table} given ON given.customer_id = keyed.pk AND given.scheme_id = %s"
            " AND given.until >= %s"
            " WHERE coalesce(held.computed, '') <> keyed.computed"
            " OR coalesce(held.grade, '') <> coalesce(given.grade, keyed.computed)"
            " OR (keyed.computed <> '' AND held.score IS DISTINCT FROM keyed.score)",
            [*found.params, *names, version.scheme_id, version.scheme_id, _day(today)],
        )
        rows = cursor.fetchall()
    told = _overrides(version.scheme_id, [row[0] for row in rows if row[4] is not None])
    return [
        Move(pk, computed, score if computed else None, tuple(marks), old, told.get(pk) if given else None)
        for pk, computed, score, old, given, *marks in rows
    ]


def _day(day: date) -> Any:
    field: Any = TierOverride._meta.get_field("until")
    return field.get_db_prep_save(day, connection)


def _overrides(scheme_id: int, customers: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = TierOverride.objects.filter(scheme_id=scheme_id, customer_id__in=customers)
    people = dict(User.objects.filter(pk__in=rows.values("by_id")).values_list("pk", "name"))
    return {
        row.customer_id: {
            "grade": row.grade,
            "reason": row.reason,
            "until": row.until.isoformat(),
            "name": people.get(row.by_id or 0, ""),
        }
        for row in rows
    }


def _details(definition: Definition, moves: Sequence[Move]) -> dict[int, dict[str, Any]]:
    """What each grade was computed from, as JSON: values by field key, points, score, and what sets it aside."""
    customers = registry.get("customer")
    keys = [key for key in definition.fields() if key in customers.fields]
    rows: Any = Customer.objects.filter(pk__in=[move.customer for move in moves])
    values = {
        row.id: {
            key: None if row.values.get(key) is None else customers.field(key).type.to_json(row.values[key], customers.field(key))
            for key in keys
        }
        for row in first_rows(customers, rows, actor=SYSTEM, context=context_for(SYSTEM), columns=keys)
    }  # fmt: skip
    method = methods.find(definition.by)
    more = method.details(definition, [move.customer for move in moves]) if method else {}
    found = {}
    for move in moves:
        detail: dict[str, Any] = {"values": values.get(move.customer, {}), "computed": move.computed}
        if move.points:
            detail |= {"points": list(move.points), "score": move.score}
        if method is not None:
            detail |= {"score": move.score, **more.get(move.customer, {})}
        if move.override:
            detail["override"] = dict(move.override)
        found[move.customer] = detail
    return found


def _write_grades(version: TierVersion, moves: Sequence[Move], details: Mapping[int, Any], moment: datetime) -> None:
    """The grades as they are now; ``since`` stays where the grade did."""
    kept = TierGrade.objects.filter(scheme_id=version.scheme_id, customer_id__in=[move.customer for move in moves])
    since = {pk: at for pk, at, grade in kept.values_list("customer_id", "since", "grade")}
    kept.delete()
    columns: Any = TierGrade._meta
    at, as_json = (columns.get_field(name).get_db_prep_save for name in ("since", "detail"))
    storage().insert_rows(
        TierGrade._meta.db_table,
        COLUMNS,
        [
            (
                version.scheme_id,
                move.customer,
                move.grade,
                move.computed,
                move.score,
                as_json(details[move.customer], connection),
                version.pk,
                at(since.get(move.customer, moment) if move.old == move.grade else moment, connection),
                at(moment, connection),
            )
            for move in moves
            if move.grade
        ],
    )


def _write_field(key: str, moves: Sequence[Move], nothing: str | None) -> set[int]:
    """The grade becomes a value of the customer, through the one write path, where it is not that already; without a grade
    the value stays unless there is one that says so. Returns whom it was written to."""
    wanted = {move.customer: move.grade or nothing for move in moves if move.grade or nothing}
    held: Any = Customer.objects.filter(pk__in=wanted)
    there = dict(held.values_list("pk", key))
    rows = [Row({key: value}, id=pk) for pk, value in wanted.items() if there.get(pk) != value]
    for start in range(0, len(rows), 2_000):
        save(registry.get("customer"), rows[start : start + 2_000], actor=SYSTEM, origin=ORIGIN, partial=True)
    return {row.id for row in rows if row.id is not None}


def direction(definition: Definition, old: str | None, new: str) -> Direction:
    if not new:
        return Direction.OUT
    if not old:
        return Direction.NEW
    return Direction.DOWN if definition.place(new) > definition.place(old) else Direction.UP


def _write_history(
    version: TierVersion, definition: Definition, moves: Sequence[Move], details: Mapping[int, Any], moment: datetime
) -> None:
    """A row for every move, the first grade included: what it rested on then is not lost when the grade moves on."""
    columns: Any = TierChange._meta
    at, as_json = (columns.get_field(name).get_db_prep_save for name in ("at", "detail"))
    storage().insert_rows(
        TierChange._meta.db_table,
        ("customer_id", "version_id", "at", "direction", "old", "new", "detail"),
        [
            (
                move.customer,
                version.pk,
                at(moment, connection),
                direction(definition, move.old, move.grade).value,
                move.old or "",
                move.grade,
                as_json(details[move.customer], connection),
            )
            for move in moves
        ],
    )
