"""The customer as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Customer
from zhike.domain.customers.preparation import customers_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Identity, Panel, Section
from zhike.metadata.registry import object_type

CUSTOMER = registry.add(
    object_type(
        Customer,
        bookkeeping=("custody_since",),
        icon="users",
        group="customers",
        order=10,
        shortcut="c",
        thumb=2,
        title="name",
        subtitle=("code", "phones"),
        columns=("name", "kind", "tier", "stage", "risk", "phones", "owner", "updated_at"),
        filters=("kind", "tier", "stage", "risk", "industry", "source", "owner", "department", "pool", "tags"),
        search=("name", "legal_name", "code", "credit_code", "phones", "emails", "wechat", "legal_representative"),
        quick=("kind", "name", "phones", "tier", "source"),
        form=(
            Section(_("Customer"), ("kind", "name", "code", "tier", "stage", "risk", "source", "tags")),
            Section(_("Ways to reach them"), ("phones", "emails", "wechat", "website", "address", "home_address")),
            Section(
                _("Company"),
                (
                    "legal_name",
                    "credit_code",
                    "industry",
                    "size",
                    "annual_revenue",
                    "legal_representative",
                    "founded_year",
                ),
                when=("kind", ("company",)),
            ),
            Section(_("Person"), ("gender", "birthday", "birth_year", "occupation"), when=("kind", ("person",))),
            Section(_("What they want"), ("needs", "preferences", "product_preferences", "habits")),
            Section(
                _("Working with us"),
                ("credit_limit", "cooperation_since", "owner", "department", "custody_since", "note"),
            ),
        ),
        panels=(
            Panel("contact", "customer", ("name", "job_title", "role", "phones", "is_primary"), limit=8),
            Panel("task", "customer", ("title", "due_at", "status", "owner")),
            Panel("opportunity", "customer", ("name", "stage", "amount", "close_on", "state"), is_more=True),
            Panel("relation", "customer", ("other", "kind", "note"), _("Relations")),
            Panel("relation", "other", ("customer", "kind", "note"), _("Named as a relation by")),
            Panel("quote", "customer", ("title", "number", "state", "total"), is_more=True),
            Panel("contract", "customer", ("title", "number", "state", "ends_on"), is_more=True),
            Panel("order", "customer", ("number", "day", "state", "amount"), is_more=True),
            Panel("instalment", "customer", ("name", "due_on", "amount", "open_amount"), is_more=True),
            Panel("receipt", "customer", ("number", "day", "amount"), is_more=True),
            Panel("invoice", "customer", ("number", "day", "kind", "amount"), is_more=True),
            Panel("risk_signal", "customer", ("seen", "seen_on", "indicator", "reliability"), is_more=True),
            Panel("key_account", "customer", ("title", "since", "state"), limit=1, is_more=True),
            Panel("account_goal", "customer", ("title", "ends_on", "state"), is_more=True),
            Panel("intelligence_note", "customer", ("title", "noted_on", "kind", "state"), is_more=True),
            Panel("review_meeting", "customer", ("title", "held_on", "next_on"), limit=3, is_more=True),
            Panel("review", "customer", ("name", "state", "result", "done_by", "done_at"), limit=3, is_more=True),
            Panel("customer_need", "customer", ("title", "need", "origin"), limit=3, is_more=True),
        ),
        badges=("kind", "tier", "stage", "risk", "credit_hold"),
        figures=(
            "net_amount",
            "loan_balance",
            "last_purchase_on",
            "recall_on",
            "review_due_on",
            "last_contact_at",
            "open_task_count",
            "annual_revenue",
            "credit_limit",
        ),
        children=(
            # First: its parts name contacts and tasks, which cannot go before it.
            Child("opportunity", "customer"),
            Child("contact", "customer"),
            Child("relation", "customer"),
            Child("relation", "other"),
            Child("interaction", "customer"),
            Child("task", "customer"),
            Child("custody", "customer"),
            Child("form_submission", "customer"),
            Child("proposal", "customer"),
            Child("transaction", "customer"),
            Child("holding", "customer"),
            Child("contract", "customer"),
            Child("quote", "customer"),
            Child("order", "customer"),
            Child("receipt", "customer"),
            Child("refund", "customer"),
            Child("invoice", "customer"),
            Child("review", "customer"),
            Child("risk_signal", "customer"),
            Child("credit_hold", "customer"),
            Child("key_account", "customer"),
            Child("account_goal", "customer"),
            Child("review_meeting", "customer"),
            Child("intelligence_note", "customer"),
            Child("customer_need", "customer"),
        ),
        board_by="stage",
        import_keys=("code", "credit_code", "name"),
        identity=Identity(
            names=("name", "legal_name"),
            kind="kind",
            code="credit_code",
            phones=("phones",),
            emails=("emails",),
            handles=("wechat",),
            addresses=("address", "home_address"),
            birthday="birthday",
            representative="legal_representative",
        ),
        has_timeline=True,
        prepare=customers_prepare,
    )
)
