"""Splits what is left of a target among parts of its time, people, departments or categories, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.accounts.models import Department, User
from zhike.domain.catalog.models import ProductCategory
from zhike.domain.targets.choices import Level, Measure
from zhike.domain.targets.counting import Trees, totals
from zhike.domain.targets.models import SalesTarget
from zhike.domain.targets.preparation import subject_key
from zhike.domain.targets.spans import days_of, months_of, months_within, quarters_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.records import Row, save
from zhike.metadata.storage import storage
from zhike.metadata.writes import SaveResult


class Way(models.TextChoices):
    """Into what a target is split."""

    QUARTERS = "quarters", pgettext_lazy("target", "quarters")
    MONTHS = "months", pgettext_lazy("target", "months")
    DEPARTMENTS = "departments", pgettext_lazy("target", "departments right below")
    PEOPLE = "people", pgettext_lazy("target", "people of the department")
    CATEGORIES = "categories", pgettext_lazy("target", "product categories")


class Like(models.TextChoices):
    """By which shares."""

    EVENLY = "evenly", pgettext_lazy("target", "evenly")
    LAST_YEAR = "last_year", pgettext_lazy("target", "as the year before")


NOTHING_BELOW = Problem("nothing_below", _("There is nothing that this target could be split into in this way."))
ALL_SPLIT = Problem("all_split", _("Every part has a target already: change their amounts instead."))
NOTHING_LEFT = Problem("nothing_left", _("The parts that are there take all of the amount already."))
NO_HISTORY = Problem("no_history", _("Nothing was sold the year before: split it evenly."))
TOO_SMALL = Problem("too_small", _("The amount that is left is too small for so many parts."))


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a target in one way: what those that are there take, what is left, and which have none yet."""

    way: Way
    parts: tuple[dict[str, Any], ...]
    assigned: int
    left: int
    missing: tuple[dict[str, Any], ...]


def target_split(ids: Sequence[int], *, actor: Actor, way: str, like: str = Like.EVENLY.value) -> SaveResult:
    """Give what is left of each target to the parts that have none yet."""
    target_type = registry.get("sales_target")
    with storage().write_transaction():
        rows: Any = policy.queryset_for(actor, target_type, "edit").filter(pk__in=list(ids))
        targets = list(rows.order_by("pk"))
        if len(targets) != len(set(ids)):
            raise NotFound("sales_target", next(iter(set(ids) - {target.pk for target in targets})))
        given = [row for target in targets for row in _rows(target, Way(way), Like(like))]
        result = save(target_type, given, actor=actor)
        for row in result.rows:
            if row.problems:
                raise Invalid(row.problems)
        return result


def _rows(target: SalesTarget, way: Way, like: Like) -> list[Row]:
    found = split_of(target, way)
    if not found.parts:
        raise Invalid({"way": [NOTHING_BELOW]})
    if not found.missing:
        raise Invalid({"way": [ALL_SPLIT]})
    if found.left <= 0:
        raise Invalid({"way": [NOTHING_LEFT]})
    weights = [1] * len(found.missing) if like is Like.EVENLY else _last_year(target, found.missing)
    shares = shares_of(found.left, weights)
    given = [Row({**part, "amount": share}) for part, share in zip(found.missing, shares, strict=True) if share]
    if like is Like.EVENLY and len(given) < len(shares):
        raise Invalid({"way": [TOO_SMALL]})
    return given


def shares_of(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares in proportion to the weights whose sum is the amount: the largest remainders get what rounding leaves."""
    whole = sum(weights)
    shares = [amount * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % whole), place))
    for place in remainders[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def _last_year(target: SalesTarget, parts: Sequence[Mapping[str, Any]]) -> list[int]:
    """What each part sold in the same time of the year before; less than nothing counts as nothing."""
    year = target.year - 1
    first, last = days_of(year, target.span)
    by_category = any(part["category"] for part in parts)
    found = totals(target.measure, first, last, by_category=by_category, trees=Trees.read())
    weights = []
    for part in parts:
        subject = {Level.PERSON: part["owner"], Level.DEPARTMENT: part["department"]}.get(part["level"], 0)
        keys = [
            (str(part["level"]), subject or 0, part["category"] or 0, first.replace(month=month))
            for month in months_of(part["span"])
        ]
        weights.append(max(0, sum(found.get(key, (0, 0))[0] for key in keys)))
    if not sum(weights):
        raise Invalid({"like": [NO_HISTORY]})
    return weights


def split_of(target: SalesTarget, way: Way) -> Split:
    """How a target is split in one way."""
    parts = tuple(parts_of(target, way))
    keys = [subject_key(part) for part in parts]
    stored = SalesTarget.objects.filter(year=target.year, measure=target.measure, deletion__isnull=True)
    amounts = dict(stored.values_list("subject_key", "amount"))
    assigned = sum(amounts.get(key, 0) for key in keys)
    missing = tuple(part for part, key in zip(parts, keys, strict=True) if key not in amounts)
    return Split(way, parts, assigned, target.amount - assigned, missing)


def parts_of(target: SalesTarget, way: Way) -> list[dict[str, Any]]:
    """The parts of a target in one way, as values of targets without their amounts."""
    whole = {
        "year": target.year,
        "span": target.span,
        "level": target.level,
        "measure": target.measure,
        "owner": target.owner_id,
        "department": target.department_id,
        "category": target.category_id,
    }
    if way is Way.QUARTERS:
        return [{**whole, "span": span.value} for span in quarters_of(target.span)]
    if way is Way.MONTHS:
        return [{**whole, "span": span.value} for span in months_within(target.span)]
    if way is Way.CATEGORIES:
        if target.measure != Measure.ORDERS:
            return []
        groups = ProductCategory.objects.filter(parent_id=target.category_id, deletion__isnull=True)
        return [{**whole, "category": pk} for pk in groups.order_by("position", "pk").values_list("pk", flat=True)]
    if target.level == Level.PERSON:
        return []
    if way is Way.DEPARTMENTS:
        rooms = Department.objects.filter(parent_id=target.department_id, deletion__isnull=True)
        return [
            {**whole, "level": Level.DEPARTMENT.value, "department": pk}
            for pk in rooms.order_by("name", "pk").values_list("pk", flat=True)
        ]
    people = User.objects.filter(department=target.department, is_active=True, deletion__isnull=True)
    if target.level == Level.COMPANY:
        people = people.none()
    return [
        {**whole, "level": Level.PERSON.value, "owner": pk, "department": target.department_id}
        for pk in people.order_by("name", "pk").values_list("pk", flat=True)
    ]
