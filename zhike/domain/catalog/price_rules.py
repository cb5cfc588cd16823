"""What is checked on price books, their prices and the parts of bundles before they are saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.models import BundlePart, PriceBook, Product
from zhike.domain.catalog.preparation import NEGATIVE, Found
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values
from zhike.metadata.storage import storage

OVERLAPS = Problem("overlaps", _("Another price book for these customers is in force on some of these days."))
ENDS_BEFORE = Problem("ends_before", _("A price book cannot end before it begins."))
IN_ITSELF = Problem("circle", _("A bundle cannot contain itself, not through other bundles either."))
NOTHING_OF_IT = Problem("out_of_range", _("A bundle has more than nothing of each part."))
Span = tuple[date, date]


def merged(row: Values, stored: Values | None, key: str) -> Any:
    """The value that the record will have."""
    return row[key] if key in row else (stored or {}).get(key)


def price_books_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Refuse a book that overlaps another one for the same customers, the whole batch taken together."""
    # Two books saved at once could each be sound and together overlap.
    storage().lock_key("price books")
    changed = {stored["id"] for stored in existing.values()}
    taken: dict[Any, list[Span]] = {}
    for book in PriceBook.objects.filter(deletion=None).exclude(pk__in=changed):
        taken.setdefault(book.tier or None, []).append((book.valid_from, book.valid_until or date.max))
    found: Found = {}
    for index, row in enumerate(rows):
        stored = existing.get(index)
        begin, end = merged(row, stored, "valid_from"), merged(row, stored, "valid_until") or date.max
        if begin is None:
            continue
        spans = taken.setdefault(merged(row, stored, "tier") or None, [])
        if end < begin:
            found[index] = {"valid_until": ENDS_BEFORE}
        elif overlaps((begin, end), spans):
            found[index] = {"valid_from": OVERLAPS}
        spans.append((begin, end))
    return found


def overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] <= end and begin <= span[1] for begin, end in others)


def entries_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Prices and quantities are not negative; where no name is given, the product's stands there."""
    _named(rows, "product")
    found: Found = {}
    for index, row in enumerate(rows):
        wrong = {key: NEGATIVE for key in ("unit_price", "from_quantity") if (row.get(key) or 0) < 0}
        if wrong:
            found[index] = wrong
    return found


def parts_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """No bundle contains itself."""
    storage().lock_key("bundles")
    _named(rows, "part")
    pairs = {
        index: [merged(row, existing.get(index), key) for key in ("bundle", "part")] for index, row in enumerate(rows)
    }
    below: dict[int, set[int]] = {}
    for bundle, part in BundlePart.objects.filter(deletion=None).values_list("bundle_id", "part_id"):
        below.setdefault(bundle, set()).add(part)
    found: Found = {}
    for index, (bundle, part) in pairs.items():
        below.setdefault(bundle, set()).add(part)
        if part is not None and _contains(part, bundle, below):
            found[index] = {"part": IN_ITSELF}
        elif rows[index].get("quantity") is not None and rows[index]["quantity"] <= 0:
            found[index] = {"quantity": NOTHING_OF_IT}
    return found


def _named(rows: list[Values], link: str) -> None:
    wanted = {row[link] for row in rows if row.get(link) and not row.get("name")}
    names = dict(Product.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    for row in rows:
        if row.get(link) in names and not row.get("name"):
            row["name"] = names[row[link]]


def _contains(product: int, wanted: int, below: Mapping[int, set[int]]) -> bool:
    waiting = [product]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if current == wanted:
            return True
        if current not in seen:
            seen.add(current)
            waiting.extend(below.get(current, ()))
    return False
