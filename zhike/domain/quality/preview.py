"""Whom other rules of completeness would move: counted over all customers before anything is saved, named within sight alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, F, OuterRef, Q, QuerySet, SmallIntegerField, Subquery, Sum
from django.utils import timezone

from zhike.domain.quality.models import QualityScore
from zhike.domain.quality.rules import Group, Rules, read, require_sound
from zhike.domain.quality.scoring import scored
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.saving import context_for

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer whose score changes: per cent now and then."""

    id: int
    name: str
    old: int
    new: int


@dataclass(slots=True)
class Preview:
    """Numbers of customers; ``before`` and ``after`` are sums of per cent, to be divided by ``population``."""

    at: datetime
    population: int = 0
    rising: int = 0
    falling: int = 0
    before: int = 0
    after: int = 0
    overdue_before: int = 0
    overdue_after: int = 0
    movers: list[Mover] = field(default_factory=list)

    @property
    def moving(self) -> int:
        return self.rising + self.falling

    def average(self, total: int) -> int:
        """Per cent, rounded half up."""
        return (2 * total + self.population) // (2 * self.population) if self.population else 0


def rules_preview(definition: Mapping[str, Any], *, actor: Actor) -> Preview:
    """What saving the rules would do, against the scores as they stand; two statements a group. Raises Denied or Invalid."""
    require_sound(definition, actor=actor)
    rules, found = read(definition), Preview(timezone.now())
    for group in rules.groups:
        _count(found, _compared(rules, group), found.at)
    found.movers = _movers(rules, actor)
    return found


def _compared(rules: Rules, group: Group) -> QuerySet[Any]:
    stands = QualityScore.objects.filter(customer_id=OuterRef("pk"))
    rows = scored(rules, group, Q(), context_for(SYSTEM))
    found: QuerySet[Any] = rows.annotate(
        q_old=Subquery(stands.values("score")[:1], output_field=SmallIntegerField()),
        q_old_due=Subquery(stands.values("entry_due_at")[:1], output_field=DateTimeField()),
    ).exclude(q_old=None)
    return found


def _count(found: Preview, rows: QuerySet[Any], now: datetime) -> None:
    told = rows.aggregate(
        population=Count("pk"),
        rising=Count("pk", filter=Q(q_score__gt=F("q_old"))),
        falling=Count("pk", filter=Q(q_score__lt=F("q_old"))),
        before=Sum("q_old"),
        after=Sum("q_score"),
        overdue_before=Count("pk", filter=Q(q_old_due__lte=now)),
        overdue_after=Count("pk", filter=Q(q_due__lte=now)),
    )
    for key, value in told.items():
        setattr(found, key, getattr(found, key) + int(value or 0))


def _movers(rules: Rules, actor: Actor) -> list[Mover]:
    """Those who lose or gain most, of the customers that the actor sees."""
    if not policy.may(actor, registry.get("customer"), "view"):
        return []
    seen = policy.queryset_for(actor, registry.get("customer")).order_by().values("pk")
    found: list[Mover] = []
    for group in rules.groups:
        rows = _compared(rules, group).filter(pk__in=seen).exclude(q_score=F("q_old"))
        for order in ("q_by_how_much", "-q_by_how_much"):
            named = rows.annotate(q_by_how_much=F("q_score") - F("q_old")).order_by(order, "pk")
            found += [Mover(*row) for row in named.values_list("pk", "name", "q_old", "q_score")[:MOST_NAMED]]
    single = {mover.id: mover for mover in found}
    return sorted(single.values(), key=lambda mover: (-abs(mover.new - mover.old), mover.id))[:MOST_NAMED]
