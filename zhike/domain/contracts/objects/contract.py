"""Contracts and their obligations as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.contracts.models import Contract, ContractObligation
from zhike.domain.contracts.preparation import contracts_prepare, obligations_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Panel, Section, TimelineSource
from zhike.metadata.registry import object_type

CONTRACT = registry.add(
    object_type(
        Contract,
        exclude=("facts",),
        bookkeeping=("reminded_of",),
        icon="file-text",
        group="sales",
        order=45,
        title="title",
        subtitle=("number", "customer", "state"),
        columns=("title", "number", "revision", "customer", "state", "signature", "amount", "ends_on", "owner"),
        filters=("state", "signature", "customer", "opportunity", "starts_on", "ends_on", "renewal", "amount", "owner"),
        search=("title", "number"),
        quick=("customer", "title", "amount", "ends_on"),
        badges=("state", "signature"),
        figures=("amount", "ends_on"),
        form=(
            Section(
                _("Contract"),
                ("title", "customer", "contact", "opportunity", "quote", "order", "seller", "amount", "owner"),
            ),
            Section(_("Term"), ("starts_on", "ends_on", "renewal", "remind_days")),
            Section(_("Words"), ("template", "text")),
            Section(_("Signature"), ("signature", "signed_on", "scan", "note")),
            Section(_("Course"), ("number", "revision", "replaces", "sent_at"), folded=True),
        ),
        scope_from="customer",
        import_keys=("number",),
        timeline=TimelineSource(
            subject="customer", at="sent_at", title="title", kind="state", more=("amount",), is_named=True
        ),
        panels=(
            Panel("contract_obligation", "contract", ("title", "side", "due_on", "done_on"), limit=12),
            Panel("contract", "replaces", ("number", "state", "amount"), label=_("Newer versions"), is_more=True),
        ),
        children=(Child("contract_obligation", "contract"),),
        prepare=contracts_prepare,
    )
)
CONTRACT_OBLIGATION = registry.add(
    object_type(
        ContractObligation,
        key="contract_obligation",
        slug="contract-obligations",
        icon="clipboard-list",
        title="title",
        subtitle=("contract", "due_on"),
        columns=("title", "contract", "side", "due_on", "done_on", "owner"),
        filters=("side", "due_on", "done_on", "contract", "owner"),
        search=("title",),
        quick=("contract", "title", "side", "due_on"),
        form=(Section(_("Contract obligation"), ("contract", "title", "side", "due_on", "done_on", "owner", "note")),),
        default_sort="due_on",
        scope_from="contract",
        prepare=obligations_prepare,
    )
)
