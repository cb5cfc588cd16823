"""How far goals are: computed fields over what the customer bought or what was done with them, never typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DecimalField,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Floor
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.models import Interaction
from zhike.domain.key_accounts.choices import GoalMetric
from zhike.domain.trade.models import Transaction
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

NUMBER = DecimalField(max_digits=20, decimal_places=2)


@registry.extend
def progress_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """What is reached, in the unit of the goal, and in per cent of the target, rounded down."""
    if object_type.key != "account_goal":
        return {}
    return {
        "reached": Field(
            key="reached", type=field_type("decimal"), label=_("reached"), readonly=True, computed=_reached
        ),
        "progress": Field(
            key="progress",
            type=field_type("integer"),
            label=_("progress in per cent"),
            readonly=True,
            computed=_progress,
        ),
    }


def _sum(value: Any) -> Any:
    """Minor units of the customer's transactions within the goal's days, as yuan."""
    rows = Transaction.objects.filter(
        customer_id=OuterRef("customer_id"),
        deletion__isnull=True,
        day__gte=OuterRef("starts_on"),
        day__lte=OuterRef("ends_on"),
    ).order_by()
    total = rows.values("customer_id").annotate(_total=Sum(value)).values("_total")
    minor = Coalesce(Subquery(total, output_field=BigIntegerField()), Value(0, output_field=BigIntegerField()))
    # Whole numbers would be divided as such on SQLite.
    return Cast(Cast(minor, FloatField()) / Value(100.0), NUMBER)


def _contacts() -> Any:
    rows = Interaction.objects.filter(
        customer_id=OuterRef("customer_id"),
        deletion__isnull=True,
        happened_at__date__gte=OuterRef("starts_on"),
        happened_at__date__lte=OuterRef("ends_on"),
    ).order_by()
    counted = rows.values("customer_id").annotate(_count=Count("pk")).values("_count")
    return Cast(Coalesce(Subquery(counted, output_field=IntegerField()), 0), NUMBER)


def _reached() -> Any:
    return Case(
        When(metric=GoalMetric.AMOUNT, then=_sum(F("amount"))),
        When(metric=GoalMetric.PROFIT, then=_sum(F("amount") - F("cost"))),
        When(metric=GoalMetric.CONTACTS, then=_contacts()),
        default=Coalesce(F("by_hand"), Value(0, output_field=NUMBER)),
        output_field=NUMBER,
    )


def _progress() -> Any:
    share = Cast(_reached(), FloatField()) * Value(100.0) / Cast(F("target"), FloatField())
    return Cast(Floor(share), IntegerField())
