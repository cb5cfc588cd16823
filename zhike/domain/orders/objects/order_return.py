"""The return and its lines as object types."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from zhike.domain.orders.models import OrderReturn, ReturnLine
from zhike.domain.orders.papers import return_lines_prepare, returns_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Panel, Section
from zhike.metadata.registry import object_type

ORDER_RETURN = registry.add(
    object_type(
        OrderReturn,
        key="order_return",
        icon="arrow-back-up",
        group="sales",
        order=42,
        title="number",
        subtitle=("order", "day"),
        columns=("number", "order", "day", "reason", "owner"),
        filters=("day", "order", "owner"),
        search=("number", "reason"),
        quick=("order", "day", "reason"),
        form=(Section(pgettext_lazy("order", "Return"), ("number", "order", "day", "reason", "owner", "note")),),
        panels=(Panel("return_line", "order_return", ("item", "quantity", "amount"), limit=50),),
        children=(Child("return_line", "order_return"),),
        default_sort="-day",
        import_keys=("number",),
        scope_from="order",
        prepare=returns_prepare,
    )
)
RETURN_LINE = registry.add(
    object_type(
        ReturnLine,
        key="return_line",
        icon="list",
        title="item",
        subtitle=("order_return",),
        columns=("item", "order_return", "line", "quantity", "amount"),
        filters=("order_return", "quantity"),
        form=(Section(pgettext_lazy("order", "Line"), ("order_return", "line", "item", "quantity", "amount")),),
        scope_from="order_return",
        prepare=return_lines_prepare,
        has_comments=False,
    )
)
