"""Contracts out of quotes and orders: the same customer, company and amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from zhike.accounts.rights import on_behalf
from zhike.domain.orders.models import Order
from zhike.domain.quotes.models import Quote
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.records import record_save
from zhike.metadata.storage import storage
from zhike.metadata.writes import Made


def contracts_from_quotes(ids: Sequence[int], *, actor: Actor) -> Made:
    """A draft for each quote; where the quote has its order, the contract is about that. Raises Denied or NotFound."""
    quotes: dict[int, Quote] = _within("quote", ids, actor)
    orders = {order.quote_id: order.pk for order in Order.objects.filter(quote__in=list(quotes), deletion=None)}
    return _made(
        [
            {
                "title": quotes[pk].title,
                "contact": quotes[pk].contact_id,
                "seller": quotes[pk].seller_id,
                "quote": pk,
                "order": orders.get(pk),
                "amount": quotes[pk].total,
                **_shared(quotes[pk]),
            }
            for pk in ids
        ],
        actor,
    )


def contracts_from_orders(ids: Sequence[int], *, actor: Actor) -> Made:
    """A draft for each order. Raises Denied or NotFound."""
    orders: dict[int, Order] = _within("order", ids, actor)
    return _made(
        [
            {
                "title": _("Contract of order %(number)s") % {"number": orders[pk].number},
                "quote": orders[pk].quote_id,
                "order": pk,
                "amount": orders[pk].amount,
                **_shared(orders[pk]),
            }
            for pk in ids
        ],
        actor,
    )


def _within(key: str, ids: Sequence[int], actor: Actor) -> dict[int, Any]:
    policy.require(actor, registry.get("contract"), "create")
    rows: Any = policy.queryset_for(actor, registry.get(key), "edit").filter(pk__in=list(ids))
    found = {row.pk: row for row in rows}
    if missing := set(ids) - set(found):
        raise NotFound(key, min(missing))
    return found


def _shared(source: Quote | Order) -> dict[str, Any]:
    return {"customer": source.customer_id, "opportunity": source.opportunity_id, "owner": source.owner_id}


def _made(rows: Sequence[dict[str, Any]], actor: Actor) -> Made:
    contract = registry.get("contract")
    with storage().write_transaction():
        made = [
            record_save(
                contract, {key: value for key, value in row.items() if value is not None}, actor=on_behalf(actor)
            )
            for row in rows
        ]
    return Made("contract", tuple(made))
