"""What people do with contracts, and how contracts come out of quotes and orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.contracts.models import Contract
from zhike.domain.contracts.services import sending
from zhike.domain.contracts.services.making import contracts_from_orders, contracts_from_quotes
from zhike.domain.orders.models import Order
from zhike.domain.quotes.models import Quote
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field


def _in(*states: str) -> dict[str, object]:
    return {"field": "state", "op": "in", "value": list(states)}


registry.action(Contract, key="send", label=_("Send"), permission="edit", icon="send", when=_in("draft"))(
    sending.contracts_send
)
registry.action(Contract, key="sign", label=_("Both have signed"), permission="edit", icon="rosette", when=_in("sent"))(
    sending.contracts_sign
)
registry.action(
    Contract,
    key="revise",
    label=_("New version"),
    permission="edit",
    icon="copy",
    when=_in("sent", "signed", "ended", "cancelled"),
)(sending.contracts_revise)
registry.action(
    Contract,
    key="cancel",
    label=_("Cancel the contract"),
    permission="edit",
    icon="ban",
    is_rare=True,
    when=_in("sent", "signed"),
    arguments=(
        Field(key="reason", type=field_type("text"), label=_("reason"), required=True, options={"max_length": 300}),
    ),
)(sending.contracts_cancel)
registry.action(
    Quote,
    key="contract",
    label=_("Make a contract"),
    permission="edit",
    icon="file-text",
    is_rare=True,
    when=_in("sent", "accepted"),
)(contracts_from_quotes)
registry.action(
    Order,
    key="contract",
    label=_("Make a contract"),
    permission="edit",
    icon="file-text",
    is_rare=True,
    when=_in("draft", "confirmed"),
)(contracts_from_orders)
