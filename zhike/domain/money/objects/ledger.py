"""The ledger as an object type: seen by who sees the customer, written by the system alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.money.models import LedgerEntry
from zhike.domain.money.preparation import ledger_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section

FIELDS = ("customer", "day", "kind", "amount", "order", "instalment", "receipt", "refund", "write_off", "reverses")
LEDGER_ENTRY = registry.add(
    registry.object_type(
        LedgerEntry,
        key="ledger_entry",
        slug="ledger",
        exclude=("owner", "department", "updated_at", "updated_by"),
        icon="book-2",
        group="sales",
        order=58,
        title="memo",
        subtitle=("customer", "day"),
        columns=("memo", "customer", "day", "kind", "amount", "order", "receipt"),
        filters=("day", "kind", "customer", "amount"),
        form=(Section(_("Ledger entry"), (*FIELDS, "memo", "source_key")),),
        default_sort="-day",
        scope_from="customer",
        permissions=("view", "export"),
        prepare=ledger_prepare,
        creatable=False,
        customisable=False,
        has_comments=False,
    )
)
