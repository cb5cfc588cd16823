"""What products cost a customer on a day: price book of the tier, price book for all, list price, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from zhike.domain.catalog.models import PriceBookEntry, Product
from zhike.domain.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Price:
    """A product as it goes into a line; ``unit_price`` is None where no price is known, ``book`` the price book that gave it."""

    product: Product
    unit_price: Decimal | None
    book: int | None = None


def prices_for(
    products: Sequence[int], customer: int | None, quantities: Sequence[Decimal | None], on: date
) -> list[Price | None]:
    """The price of each product for its quantity, None for products that are not there; three queries, however many lines.

    Rights are not asked: whoever sees a product's price may learn what it is for a customer whom they see.
    """
    found = {product.pk: product for product in Product.objects.filter(pk__in=set(products), deletion=None)}
    tier = Customer.objects.filter(pk=customer).values_list("tier", flat=True).first() if customer else None
    entries = _entries(list(found), tier, on)
    prices: list[Price | None] = []
    for pk, quantity in zip(products, quantities, strict=True):
        product = found.get(pk)
        if product is None:
            prices.append(None)
            continue
        entry = best(entries.get(pk, ()), Decimal(1) if quantity is None else quantity)
        given = product.list_price if entry is None else entry.unit_price
        prices.append(Price(product, given, None if entry is None else entry.book_id))
    return prices


def _entries(products: Sequence[int], tier: str | None, on: date) -> dict[int, list[PriceBookEntry]]:
    """Prices in force by product."""
    for_whom = Q(book__tier=None) | Q(book__tier="")
    if tier:
        for_whom |= Q(book__tier=tier)
    in_force = Q(book__valid_from__lte=on) & (Q(book__valid_until=None) | Q(book__valid_until__gte=on))
    rows = PriceBookEntry.objects.filter(for_whom & in_force, product__in=products, deletion=None, book__deletion=None)
    found: dict[int, list[PriceBookEntry]] = {}
    for entry in rows.select_related("book"):
        found.setdefault(entry.product_id, []).append(entry)
    return found


def best(entries: Sequence[PriceBookEntry], quantity: Decimal) -> PriceBookEntry | None:
    """The entry that counts: of the tier's book before the one for all, then of the largest quantity that is reached."""
    reached = [entry for entry in entries if entry.from_quantity <= quantity]
    return max(reached, key=lambda entry: (bool(entry.book.tier), entry.from_quantity), default=None)
