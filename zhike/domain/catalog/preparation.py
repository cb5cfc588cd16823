"""What is checked on categories and products before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.models import ProductCategory
from zhike.domain.catalog.models.category import ONCE
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values
from zhike.metadata.storage import storage

#: The problems of a row by field key.
Found = dict[int, dict[str, Problem]]

CIRCLE = Problem("circle", _("A category cannot lie within itself or one of those below it."))
THERE_ALREADY = Problem("taken", ONCE)
NEGATIVE = Problem("negative_amount", _("Prices and costs are not negative."))
NO_TAX_RATE = Problem("out_of_range", _("A tax rate lies between 0 and 100."))
AT_MOST = Decimal(100)


def categories_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Refuse a category within itself, the whole batch taken together, and a second one of a name at the top."""
    found = _circles(rows, existing)
    names = {
        index: row["name"] for index, row in enumerate(rows) if row.get("name") and _is_at_top(row, existing, index)
    }
    top = ProductCategory.objects.filter(parent=None, name__in=names.values()) if names else ()
    holders = {category.name: category.pk for category in top}
    for index, name in names.items():
        # New rows have no number yet: their place tells them apart.
        own = existing.get(index, {}).get("id") or -1 - index
        if holders.setdefault(name, own) != own:
            found.setdefault(index, {})["name"] = THERE_ALREADY
    return found


def _is_at_top(row: Values, existing: Mapping[int, Values], index: int) -> bool:
    parent = row["parent"] if "parent" in row else existing.get(index, {}).get("parent")
    return parent is None


def _circles(rows: list[Values], existing: Mapping[int, Values]) -> Found:
    moved = {index: row["parent"] for index, row in enumerate(rows) if row.get("parent") and index in existing}
    if not moved:
        return {}
    # Two moves at once could each be sound and together make a circle.
    storage().lock_key("product categories")
    parents: dict[int, int | None] = dict(ProductCategory.objects.values_list("id", "parent_id"))
    parents |= {existing[index]["id"]: parent for index, parent in moved.items()}
    return {index: {"parent": CIRCLE} for index in moved if _is_below_itself(existing[index]["id"], parents)}


def _is_below_itself(category: int, parents: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    above = parents.get(category)
    while above is not None and above not in seen:
        if above == category:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def products_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Prices are not negative, and a tax rate is a share of a hundred: said with the field, which no constraint could."""
    found: Found = {}
    for index, row in enumerate(rows):
        problems = {key: NEGATIVE for key in ("list_price", "cost") if _below(row.get(key), Decimal(0))}
        rate = row.get("tax_rate")
        if rate is not None and not 0 <= rate <= AT_MOST:
            problems["tax_rate"] = NO_TAX_RATE
        if problems:
            found[index] = problems
    return found


def _below(value: Any, least: Decimal) -> bool:
    return value is not None and value < least
