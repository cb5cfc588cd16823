"""What is completed and checked on quotes, lines and limits before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.deals.models import Opportunity
from zhike.domain.quotes.choices import QuoteState
from zhike.domain.quotes.models import Quote, Seller
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values
from zhike.metadata.storage import storage

FROZEN = Problem(
    "frozen", _("This version was sent or waits for approval and does not change any more: make a new version.")
)
NOT_A_DISCOUNT = Problem("out_of_range", _("A discount lies between 0 and 100."))
NOT_POSITIVE = Problem("out_of_range", _("The quantity must be more than nothing."))
OTHER_DEAL = Problem("other_deal", _("This opportunity belongs to another customer."))
NEGATIVE = Problem("negative_amount", _("A price is not negative."))
#: What may change at any time: how we work with a quote, not what was offered.
FREE = frozenset({"owner", "department", "note", "opportunity"})
HUNDRED = Decimal(100)


def frozen(stored: Values) -> Problem | None:
    """Why lines of this quote cannot change, if so."""
    return None if stored.get("state") == QuoteState.DRAFT else FROZEN


def quotes_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """A number and the firm's own company for new quotes; sent ones stay as they are."""
    followers_prepare(rows, existing, actor)
    found: Found = {}
    new = [row for index, row in enumerate(rows) if index not in existing]
    _number(new)
    _sellers(new)
    strange = _of_others(rows, existing)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        problems = _out_of_range(row)
        if stored is not None and not actor.is_system and frozen(stored):
            changed = {key for key, value in row.items() if value != stored.get(key)} - FREE
            problems |= dict.fromkeys(changed, FROZEN)
        if index in strange:
            problems["opportunity"] = OTHER_DEAL
        if problems:
            found[index] = problems
    return found


def _out_of_range(row: Values) -> dict[str, Problem]:
    percent = row.get("discount_percent")
    return {"discount_percent": NOT_A_DISCOUNT} if percent is not None and not 0 <= percent <= HUNDRED else {}


def _of_others(rows: list[Values], existing: Mapping[int, Values]) -> set[int]:
    """Rows that name an opportunity of another customer."""
    wanted = {row["opportunity"] for row in rows if row.get("opportunity")}
    deals = dict(Opportunity.objects.filter(pk__in=wanted).values_list("pk", "customer_id")) if wanted else {}
    return {
        index
        for index, row in enumerate(rows)
        if (customer := deals.get(row.get("opportunity") or 0)) is not None
        and customer != merged(row, existing.get(index), "customer")
    }


def _number(new: list[Values]) -> None:
    """BJ20261122-001: counted by day; a version made from another has its number already."""
    waiting = [row for row in new if not row.get("number")]
    if not waiting:
        return
    storage().lock_key("quote numbers")
    prefix = f"BJ{timezone.localdate():%Y%m%d}-"
    taken = Quote.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    last = max((int(number.removeprefix(prefix)) for number in taken), default=0)
    for count, row in enumerate(waiting, last + 1):
        row["number"] = f"{prefix}{count:03d}"


def _sellers(new: list[Values]) -> None:
    """New quotes are in the name, and on the terms, of the company that is set for it."""
    if not any(row.get("seller") is None for row in new):
        return
    seller = Seller.objects.filter(is_default=True, deletion=None).order_by("pk").first()
    for row in new if seller else ():
        if seller is not None and row.get("seller") is None:
            row["seller"] = seller.pk
            row["terms"] = row.get("terms") or seller.terms


def lines_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Quantities, prices and shares within reason."""
    found: Found = {}
    for index, row in enumerate(rows):
        stored = existing.get(index)
        problems: dict[str, Problem] = {}
        for key in ("discount_percent", "tax_rate"):
            if not 0 <= (_or_zero(merged(row, stored, key))) <= HUNDRED:
                problems[key] = NOT_A_DISCOUNT if key == "discount_percent" else NOT_A_SHARE
        if merged(row, stored, "quantity") is not None and merged(row, stored, "quantity") <= 0:
            problems["quantity"] = NOT_POSITIVE
        if _or_zero(merged(row, stored, "unit_price")) < 0:
            problems["unit_price"] = NEGATIVE
        if problems:
            found[index] = problems
    return found


NOT_A_SHARE = Problem("out_of_range", _("A tax rate lies between 0 and 100."))


def _or_zero(value: Any) -> Any:
    return Decimal(0) if value is None else value


def limits_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """A limit is a share of a hundred."""
    wrong = {index for index, row in enumerate(rows) if not 0 <= _or_zero(row.get("percent")) <= HUNDRED}
    return {index: {"percent": NOT_A_DISCOUNT} for index in wrong}
