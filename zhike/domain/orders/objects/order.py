"""The order and its lines as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.orders.models import Order, OrderLine
from zhike.domain.orders.preparation import lines_prepare, order_frozen, orders_prepare, orders_verify
from zhike.domain.orders.sums import order_fill, order_sums
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Lines, Panel, Section, TimelineSource
from zhike.metadata.registry import object_type

LINE_COLUMNS = ("product", "item", "quantity", "unit_price", "discount", "tax_rate", "amount")

ORDER = registry.add(
    object_type(
        Order,
        icon="shopping-cart",
        group="sales",
        order=40,
        title="number",
        subtitle=("customer", "day"),
        columns=("number", "customer", "day", "state", "amount", "owner"),
        filters=("state", "day", "customer", "amount", "owner", "department"),
        search=("number",),
        badges=("state",),
        figures=("amount", "received_amount", "open_amount", "overdue_amount", "delivered_share"),
        quick=("customer", "day"),
        form=(
            Section(_("Order"), ("number", "customer", "opportunity", "quote", "day", "state", "owner", "note")),
            Section(_("More"), ("currency", "may_exceed", "department"), folded=True),
        ),
        panels=(
            Panel("instalment", "order", ("name", "due_on", "amount", "open_amount"), limit=12),
            Panel("delivery", "order", ("number", "day", "carrier", "tracking")),
            Panel("order_return", "order", ("number", "day", "reason")),
            Panel("contract", "order", ("title", "number", "state"), is_more=True),
            Panel("invoice", "order", ("number", "day", "kind", "amount"), is_more=True),
            Panel("refund", "order", ("number", "day", "amount"), is_more=True),
            Panel("write_off", "order", ("reason", "day", "amount"), is_more=True),
            Panel("ledger_entry", "order", ("memo", "day", "kind", "amount"), is_more=True),
        ),
        children=(
            Child("order_line", "order", repeats=True),
            Child("instalment", "order"),
            Child("delivery", "order"),
            Child("order_return", "order"),
        ),
        lines=Lines(
            "order_line",
            "order",
            LINE_COLUMNS,
            label=_("Lines"),
            source="product",
            fill=order_fill,
            refill={"quantity": ("unit_price",)},
            sums=order_sums,
            totals=("amount", "tax"),
            frozen=order_frozen,
        ),
        board_by="state",
        default_sort="-day",
        import_keys=("number",),
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer", at="day", title="number", kind="state", body="note", more=("amount",), is_named=True
        ),
        has_timeline=True,
        prepare=orders_prepare,
        verify=orders_verify,
    )
)
ORDER_LINE = registry.add(
    object_type(
        OrderLine,
        key="order_line",
        icon="list",
        title="item",
        subtitle=("order",),
        columns=("item", "order", "product", "quantity", "unit_price", "discount", "amount"),
        filters=("order", "product", "item", "amount"),
        search=("item",),
        quick=("order", "product", "item", "quantity", "unit_price"),
        form=(
            Section(
                pgettext_lazy("order", "Line"),
                (
                    "order",
                    "position",
                    "product",
                    "item",
                    "quantity",
                    "unit_price",
                    "discount",
                    "tax_rate",
                    "amount",
                    "tax",
                ),
            ),
            Section(_("More"), ("bundle", "cost", "source_amount"), folded=True),
        ),
        scope_from="order",
        prepare=lines_prepare,
        has_comments=False,
    )
)
