"""The delivery and its lines as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.orders.models import Delivery, DeliveryLine
from zhike.domain.orders.papers import deliveries_prepare, delivery_lines_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Panel, Section
from zhike.metadata.registry import object_type

DELIVERY = registry.add(
    object_type(
        Delivery,
        slug="deliveries",
        icon="truck",
        group="sales",
        order=41,
        title="number",
        subtitle=("order", "day"),
        columns=("number", "order", "day", "carrier", "tracking", "owner"),
        filters=("day", "order", "carrier", "owner"),
        search=("number", "tracking"),
        quick=("order", "day", "carrier", "tracking"),
        form=(Section(_("Delivery"), ("number", "order", "day", "carrier", "tracking", "owner", "note")),),
        panels=(Panel("delivery_line", "delivery", ("item", "quantity"), limit=50),),
        children=(Child("delivery_line", "delivery"),),
        default_sort="-day",
        import_keys=("number",),
        scope_from="order",
        prepare=deliveries_prepare,
    )
)
DELIVERY_LINE = registry.add(
    object_type(
        DeliveryLine,
        key="delivery_line",
        icon="list",
        title="item",
        subtitle=("delivery",),
        columns=("item", "delivery", "line", "quantity"),
        filters=("delivery", "quantity"),
        form=(Section(pgettext_lazy("order", "Line"), ("delivery", "line", "item", "quantity")),),
        scope_from="delivery",
        prepare=delivery_lines_prepare,
        has_comments=False,
    )
)
