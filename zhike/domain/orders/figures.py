"""Quantities of order lines and how far orders are delivered, as fields that lists filter and pages show."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import DecimalField, Exists, ExpressionWrapper, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from zhike.domain.orders.models import DeliveryLine, Order, OrderLine, ReturnLine
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

QUANTITY: Any = DecimalField(max_digits=15, decimal_places=4)


def _sum(model: Any, link: str, column: str) -> Any:
    rows = model.objects.filter(**{link: OuterRef("pk")}, deletion__isnull=True).order_by().values(link)
    return Coalesce(Subquery(rows.annotate(_n=Sum(column)).values("_n")), Value(Decimal(0)), output_field=QUANTITY)


def _share() -> Any:
    """Per cent of the ordered quantities that were delivered."""
    delivered = DeliveryLine.objects.filter(
        line__order=OuterRef("pk"), deletion__isnull=True, line__deletion__isnull=True
    )
    ordered = OrderLine.objects.filter(order=OuterRef("pk"), deletion__isnull=True)
    there = Subquery(delivered.order_by().values("line__order").annotate(_n=Sum("quantity")).values("_n"))
    whole = Subquery(ordered.order_by().values("order").annotate(_n=Sum("quantity")).values("_n"))
    share = Coalesce(there, Value(Decimal(0)), output_field=QUANTITY) * Value(Decimal(100)) / whole
    return ExpressionWrapper(share, output_field=DecimalField(max_digits=9, decimal_places=4))


def _has_order() -> Any:
    return Exists(Order.objects.filter(quote=OuterRef("pk")))


@registry.extend
def quantity_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """What was delivered and returned, on lines and orders."""
    if object_type.key == "order":
        return {
            "delivered_share": Field(
                "delivered_share", field_type("percent"), _("delivered"), readonly=True, computed=_share
            )
        }
    if object_type.key == "quote":
        return {
            "has_order": Field(
                "has_order", field_type("boolean"), _("has its order"), readonly=True, computed=_has_order
            )
        }
    if object_type.key != "order_line":
        return {}
    decimal = field_type("decimal")
    return {
        key: Field(
            key,
            decimal,
            label,
            readonly=True,
            options={"decimals": 4},
            computed=partial(_sum, model, "line", "quantity"),
        )
        for key, label, model in (
            ("delivered_quantity", _("delivered"), DeliveryLine),
            ("returned_quantity", _("returned"), ReturnLine),
        )
    }
