"""The transaction as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.trade.models import Transaction
from zhike.domain.trade.preparation import transactions_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section, TimelineSource
from zhike.metadata.registry import object_type

TRANSACTION = registry.add(
    object_type(
        Transaction,
        icon="receipt",
        group="sales",
        order=90,
        title="product",
        subtitle=("customer", "day"),
        columns=("product", "customer", "day", "kind", "quantity", "amount", "cost", "source"),
        filters=("kind", "day", "customer", "amount", "source", "owner"),
        search=("product", "external_id"),
        quick=("customer", "day", "product", "amount"),
        form=(
            Section(_("Transaction"), ("customer", "day", "kind", "product", "quantity", "amount", "cost")),
            Section(_("Where it comes from"), ("source", "external_id", "owner", "note")),
        ),
        default_sort="-day",
        import_keys=("external_id",),
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer", at="day", title="product", kind="kind", body="note", more=("quantity", "amount")
        ),
        prepare=transactions_prepare,
    )
)
