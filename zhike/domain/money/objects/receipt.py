"""Plan, receipts, refunds and write-offs as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.money.figures import with_figures
from zhike.domain.money.models import Instalment, Receipt, Refund, WriteOff
from zhike.domain.money.preparation import instalments_prepare, receipts_prepare, refunds_prepare, write_offs_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Panel, Section, TimelineSource
from zhike.metadata.registry import object_type

INSTALMENT = registry.add(
    with_figures(
        object_type(
            Instalment,
            icon="calendar-due",
            group="sales",
            order=51,
            title="name",
            subtitle=("order", "due_on"),
            columns=("name", "customer", "order", "due_on", "amount", "open_amount", "received_amount"),
            filters=("due_on", "customer", "order", "amount", "milestone"),
            search=("name",),
            quick=("order", "name", "due_on", "amount"),
            form=(Section(_("Instalment"), ("order", "name", "amount", "milestone", "days", "due_on")),),
            default_sort="due_on",
            scope_from="order",
            prepare=instalments_prepare,
            has_comments=False,
        )
    )
)
RECEIPT = registry.add(
    with_figures(
        object_type(
            Receipt,
            icon="cash",
            group="sales",
            order=50,
            title="number",
            subtitle=("customer", "day"),
            columns=("number", "customer", "day", "amount", "matched_amount", "advance_amount", "method", "owner"),
            filters=("day", "customer", "amount", "method", "owner"),
            search=("number", "reference"),
            figures=("amount", "matched_amount", "advance_amount"),
            quick=("customer", "day", "amount", "method"),
            form=(
                Section(_("Receipt"), ("number", "customer", "day", "amount", "method", "reference", "is_matched")),
                Section(_("More"), ("owner", "note"), folded=True),
            ),
            panels=(
                Panel("ledger_entry", "receipt", ("memo", "day", "kind", "amount"), limit=20),
                Panel("refund", "receipt", ("number", "day", "amount")),
            ),
            default_sort="-day",
            import_keys=("number",),
            scope_from="customer",
            timeline=TimelineSource(
                subject="customer",
                at="day",
                title="number",
                kind="method",
                body="note",
                more=("amount",),
                is_named=True,
            ),
            prepare=receipts_prepare,
        )
    )
)
REFUND = registry.add(
    object_type(
        Refund,
        icon="recycle",
        group="sales",
        order=53,
        title="number",
        subtitle=("customer", "day"),
        columns=("number", "customer", "order", "receipt", "day", "amount", "reason", "owner"),
        filters=("day", "customer", "amount", "owner"),
        search=("number", "reason"),
        quick=("customer", "order", "day", "amount", "reason"),
        form=(Section(_("Refund"), ("number", "customer", "order", "receipt", "day", "amount", "reason", "owner")),),
        default_sort="-day",
        import_keys=("number",),
        scope_from="customer",
        timeline=TimelineSource(subject="customer", at="day", title="number", more=("amount", "reason"), is_named=True),
        prepare=refunds_prepare,
    )
)
WRITE_OFF = registry.add(
    object_type(
        WriteOff,
        key="write_off",
        icon="x",
        group="sales",
        order=54,
        title="reason",
        subtitle=("order", "day"),
        columns=("reason", "order", "day", "amount", "state", "owner"),
        filters=("day", "state", "order", "amount", "owner"),
        search=("reason",),
        quick=("order", "day", "amount", "reason"),
        badges=("state",),
        form=(Section(_("Write-off"), ("order", "day", "amount", "reason", "owner")),),
        default_sort="-day",
        scope_from="order",
        prepare=write_offs_prepare,
    )
)
