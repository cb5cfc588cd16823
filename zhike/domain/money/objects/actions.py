"""What people do with receipts and with the payment plan of orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.money.credit import order_credit_ask
from zhike.domain.money.matching import receipt_allocate, receipt_match, receipt_release
from zhike.domain.money.models import Receipt
from zhike.domain.money.planning import order_plan
from zhike.domain.orders.models import Order
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field

FREE = {"field": "advance_amount", "op": "gt", "value": 0}
MATCHED = {"field": "matched_amount", "op": "gt", "value": 0}

registry.action(Receipt, key="match", label=_("Match to the oldest"), permission="edit", icon="list-check", when=FREE)(
    receipt_match
)
registry.action(
    Receipt,
    key="allocate",
    label=_("Match by hand"),
    permission="edit",
    icon="target-arrow",
    when=FREE,
    arguments=(
        Field(
            key="instalment",
            type=field_type("link"),
            label=_("instalment"),
            required=True,
            options={"target": "instalment"},
        ),
        Field(
            key="amount",
            type=field_type("money"),
            label=_("amount"),
            help=_("Left empty, as much as goes."),
            options={"minimum": 1},
        ),
    ),
)(receipt_allocate)
registry.action(
    Receipt,
    key="release",
    label=_("Make it an advance"),
    permission="edit",
    icon="arrow-back-up",
    when=MATCHED,
    is_rare=True,
)(receipt_release)
registry.action(
    Order,
    key="plan",
    label=_("Pay in instalments"),
    permission="edit",
    icon="calendar-due",
    is_rare=True,
    when={"field": "state", "op": "in", "value": ["draft", "confirmed"]},
    arguments=(
        Field(
            key="count",
            type=field_type("integer"),
            label=_("instalments"),
            required=True,
            default=3,
            options={"minimum": 1, "maximum": 120},
        ),
        Field(key="first_on", type=field_type("date"), label=_("first one due on"), required=True),
        Field(
            key="months",
            type=field_type("integer"),
            label=_("months between them"),
            required=True,
            default=1,
            options={"minimum": 1, "maximum": 24},
        ),
    ),
)(order_plan)
registry.action(
    Order,
    key="credit_ask",
    label=_("Ask for credit"),
    permission="edit",
    icon="shield-check",
    is_rare=True,
    when={"field": "state", "op": "eq", "value": "draft"},
    arguments=(
        Field(key="reason", type=field_type("text"), label=_("reason"), required=True, options={"max_length": 300}),
    ),
)(order_credit_ask)
