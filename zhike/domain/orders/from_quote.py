"""The order that follows from an accepted quote: once, with its lines, to the cent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.catalog.models import BundlePart, Product
from zhike.domain.orders.models import Order
from zhike.domain.orders.sums import CENTS
from zhike.domain.quotes.choices import QuoteState
from zhike.domain.quotes.models import Quote, QuoteLine
from zhike.domain.quotes.services.sending import quotes_within
from zhike.lib.line_amounts import EXACT, PRICE_DECIMALS, apportion, line_amount
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage
from zhike.metadata.writes import Made

ORIGIN = Origin("quote")
#: Bundles within bundles are opened so deep; circles are refused when parts are saved.
DEEPEST = 8
NOT_ACCEPTED = Problem("not_accepted", _("Only an accepted quote becomes an order."))
ORDERED = Problem("ordered_already", _("This quote has its order already."))
IN_BIN = Problem("order_in_bin", _("The order of this quote lies in the recycle bin: bring it back from there."))

#: A product with its share of one bundle, and how often it is in it.
Part = tuple[Product, Decimal]


def orders_from_quotes(ids: Sequence[int], *, actor: Actor) -> Made:
    """A draft order for each accepted quote. Raises Denied, NotFound, and Invalid where there is one or nothing was accepted."""
    order = registry.get("order")
    policy.require(actor, order, "create")
    with storage().write_transaction():
        # The quotes stay locked, so that of two people only one makes the order.
        quotes = quotes_within(ids, "edit", actor)
        _check(quotes)
        lines = _lines([quote.pk for quote in quotes])
        made = [
            record_save(order, _values(quote, lines.get(quote.pk, [])), actor=on_behalf(actor), origin=ORIGIN)
            for quote in quotes
        ]
    return Made("order", tuple(made))


def _check(quotes: Sequence[Quote]) -> None:
    there = dict(Order.objects.filter(quote__in=quotes).values_list("quote_id", "deletion_id"))
    for quote in quotes:
        if quote.state != QuoteState.ACCEPTED:
            raise Invalid({"": [NOT_ACCEPTED]})
        if quote.pk in there:
            raise Invalid({"": [ORDERED if there[quote.pk] is None else IN_BIN]})


def _values(quote: Quote, lines: list[dict[str, Any]]) -> dict[str, Any]:
    values = {
        "customer": quote.customer_id,
        "opportunity": quote.opportunity_id,
        "owner": quote.owner_id,
        "quote": quote.pk,
    }
    return {**{key: value for key, value in values.items() if value is not None}, "lines": lines}


def _lines(quotes: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Lines of orders by quote; a bundle comes as its parts, which share what was offered for it."""
    rows = list(QuoteLine.objects.filter(quote__in=quotes, deletion=None).order_by("quote", "position", "pk"))
    parts = parts_of({row.product_id for row in rows if row.product_id is not None})
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        within = parts.get(row.product_id or 0, [])
        lines = _from_bundle(row, within) if within else [_from_line(row)]
        found.setdefault(row.quote_id, []).extend(lines)
    return found


def parts_of(products: Collection[int]) -> Mapping[int, list[Part]]:
    """What bundles are made of in the end, by bundle; a query for each level."""
    below: dict[int, list[BundlePart]] = {}
    wanted = set(products)
    for _level in range(DEEPEST):
        if not wanted:
            break
        rows = BundlePart.objects.filter(bundle__in=wanted, deletion=None, part__deletion=None)
        for row in rows.select_related("part").order_by("pk"):
            below.setdefault(row.bundle_id, []).append(row)
        wanted = {row.part_id for pk in wanted for row in below.get(pk, ())} - set(below)
    return {pk: list(_leaves(pk, Decimal(1), below, DEEPEST)) for pk in products if pk in below}


def _leaves(bundle: int, times: Decimal, below: Mapping[int, list[BundlePart]], deepest: int) -> Iterator[Part]:
    for row in below[bundle]:
        if row.part_id in below and deepest:
            yield from _leaves(row.part_id, times * row.quantity, below, deepest - 1)
        else:
            yield row.part, times * row.quantity


def _from_bundle(row: QuoteLine, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The parts of the bundle with shares of the offered amount by their list prices, to the cent."""
    counted = [(product, row.quantity * quantity) for product, quantity in parts]
    weights = [line_amount(quantity, product.list_price or 0) for product, quantity in counted]
    shares = apportion(row.gross, weights)
    return [
        {
            "product": product.pk,
            "item": product.name,
            "quantity": str(quantity),
            "bundle": row.product_id,
            "tax_rate": _rate(row.tax_rate if product.tax_rate is None else product.tax_rate),
            **priced(quantity, share),
        }
        for (product, quantity), share in zip(counted, shares, strict=True)
    ]


def _from_line(row: QuoteLine) -> dict[str, Any]:
    asked: dict[str, Any] = {"item": row.name, "quantity": str(row.quantity), "tax_rate": _rate(row.tax_rate)}
    if row.product_id is not None:
        asked["product"] = row.product_id
    return asked | priced(row.quantity, row.gross, row.unit_price, row.discount_percent)


def priced(
    quantity: Decimal, amount: int, price: Decimal | None = None, discount: Decimal | None = None
) -> dict[str, Any]:
    """A price that makes exactly the amount: the offered one, else the amount by the piece, else the amount as it is."""
    if price is not None and line_amount(quantity, price, discount) == amount:
        return {"unit_price": str(price), **({"discount": str(discount)} if discount else {})}
    each = EXACT.divide(Decimal(amount), quantity * CENTS).quantize(Decimal(1).scaleb(-PRICE_DECIMALS))
    if line_amount(quantity, each) == amount:
        return {"unit_price": str(each)}
    return {"source_amount": str(Decimal(amount).scaleb(-2))}


def _rate(value: Decimal | None) -> str:
    """No tax is said as such, or that of the product would fill in."""
    return str(value or 0)
