"""The invoice as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.money.models import Invoice
from zhike.domain.money.preparation import invoices_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Panel, Section
from zhike.metadata.registry import object_type

INVOICE = registry.add(
    object_type(
        Invoice,
        icon="file-invoice",
        group="sales",
        order=52,
        title="number",
        subtitle=("customer", "day"),
        columns=("number", "customer", "order", "day", "kind", "amount", "tax", "reverses"),
        filters=("day", "kind", "customer", "amount", "owner"),
        search=("number",),
        quick=("number", "customer", "order", "day", "amount", "tax"),
        form=(
            Section(_("Invoice"), ("number", "kind", "customer", "order", "day", "amount", "tax")),
            Section(_("More"), ("reverses", "owner", "note"), folded=True),
        ),
        panels=(Panel("invoice", "reverses", ("number", "day", "amount"), _("Red-letter invoices")),),
        default_sort="-day",
        import_keys=("number",),
        scope_from="customer",
        prepare=invoices_prepare,
    )
)
