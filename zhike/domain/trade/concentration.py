"""How far the business hangs on few customers: the Pareto curve with split points of one's own, and the Gini coefficient.

Sources: M. O. Lorenz, "Methods of measuring the concentration of wealth" (1905); the Gini coefficient by ranks,
G = 2·Σ i·x_i / (n·Σ x) − (n + 1) / n with x ascending. Nothing here knows of 80 or 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum, Window
from django.db.models.functions import Cast, RowNumber
from django.utils import timezone

from zhike.domain.trade.models import PurchaseFigures
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor

#: Fewer customers than this make no curve.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Concentration:
    """``population`` customers with transactions brought ``total`` (minor units) as of ``at``; ``gini`` from 0 (all alike) to 1."""

    population: int
    total: int
    gini: float
    at: Any

    @property
    def is_enough(self) -> bool:
        """Whether there is anything to say: enough customers, and a sum to divide."""
        return self.population >= FEWEST and self.total > 0


def ranked(actor: Actor, measure: str = "net_amount") -> QuerySet[Any]:
    """Figures of the customers whom the actor sees and who have a value of the measure."""
    seen = policy.queryset_for(actor, registry.get("customer")).values("pk")
    rows: QuerySet[Any] = PurchaseFigures.objects.filter(**{f"{measure}__isnull": False})
    return rows.filter(pk__in=seen)


def concentration(rows: QuerySet[Any], measure: str = "net_amount") -> Concentration:
    """The whole of the curve in three numbers."""
    found = rows.aggregate(population=Count("pk"), total=Sum(measure))
    population, total = found["population"], int(found["total"] or 0)
    if not population or total <= 0:
        return Concentration(population, total, 0.0, timezone.now())
    place = Window(RowNumber(), order_by=[F(measure), F("pk")])
    weighted = rows.annotate(place=place).aggregate(sum=Sum(Cast("place", FloatField()) * Cast(measure, FloatField())))[
        "sum"
    ]
    gini = 2 * weighted / (population * total) - (population + 1) / population
    return Concentration(population, total, gini, timezone.now())


def top_sum(rows: QuerySet[Any], customers: int, measure: str = "net_amount") -> int:
    """What the ``customers`` with the most brought, in minor units."""
    best = rows.order_by(F(measure).desc(), "pk")[:customers]
    return int(best.aggregate(sum=Sum(measure))["sum"] or 0)


def top_count(population: int, percent: int) -> int:
    """How many customers the top ``percent`` per cent are; a part of one counts whole."""
    return -(-population * percent // 100)


def count_for_share(rows: QuerySet[Any], total: int, percent: int, measure: str = "net_amount") -> int:
    """The fewest customers who together bring ``percent`` per cent of the total, compared in whole numbers."""
    order = [F(measure).desc(), F("pk").asc()]
    running = rows.annotate(before=Window(Sum(measure), order_by=order) - F(measure))
    counted = running.aggregate(count=Count("pk", filter=Q(before__lt=-(-total * percent // 100))))
    return int(counted["count"])
