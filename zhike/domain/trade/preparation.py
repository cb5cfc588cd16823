"""What is completed and checked on transactions and holdings before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _, override

from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.trade.choices import TransactionKind
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

NEGATIVE_PURCHASE = Problem("negative_amount", _("Only a refund has a negative amount: choose the kind “refund”."))
IN_THE_FUTURE = Problem("in_the_future", _("This day has not come yet: write down what took place."))
SOURCE_MISSING = Problem("source_missing", _("Name the source that the number belongs to."))
ENDS_BEFORE = Problem("ends_before", _("It cannot end before it began."))


def transactions_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Signs follow the kind, which stands for the product where none is named; a number names its source."""
    followers_prepare(rows, existing, actor)
    found: Found = {}
    # The reader's day may be one ahead of the server's.
    latest = timezone.localdate() + timedelta(days=1)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        problems = _signs(row, stored)
        day = merged(row, stored, "day")
        if day is not None and day > latest:
            problems["day"] = IN_THE_FUTURE
        if not merged(row, stored, "product"):
            row["product"] = _kind_label(row, stored, actor)
        if problems:
            found[index] = problems
    return _with(found, sources_named(rows, existing))


def _signs(row: Values, stored: Values | None) -> dict[str, Problem]:
    """A refund is negative however it was written; a negative amount without a kind is a refund."""
    amount = merged(row, stored, "amount")
    if not merged(row, stored, "kind"):
        is_refund = amount is not None and amount < 0
        row["kind"] = (TransactionKind.REFUND if is_refund else TransactionKind.PURCHASE).value
    if merged(row, stored, "kind") != TransactionKind.REFUND:
        return {"amount": NEGATIVE_PURCHASE} if amount is not None and amount < 0 else {}
    for key in ("amount", "cost"):
        value = merged(row, stored, key)
        if value is not None and value > 0:
            row[key] = -value
    return {}


def _kind_label(row: Values, stored: Values | None, actor: Actor) -> str:
    with override(actor.language):
        return str(TransactionKind(merged(row, stored, "kind")).label)


def holdings_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """A holding ends after it began, and its number names its source."""
    followers_prepare(rows, existing, actor)
    found: Found = {}
    for index, row in enumerate(rows):
        since, until = (merged(row, existing.get(index), key) for key in ("since", "until"))
        if since is not None and until is not None and until < since:
            found[index] = {"until": ENDS_BEFORE}
    return _with(found, sources_named(rows, existing))


def _with(found: Found, more: Found) -> Found:
    return {index: {**more.get(index, {}), **found.get(index, {})} for index in {*found, *more}}


def sources_named(rows: list[Values], existing: Mapping[int, Values]) -> Found:
    """Rows with a number but no source, which no constraint could keep from standing twice."""
    return {
        index: {"source": SOURCE_MISSING}
        for index, row in enumerate(rows)
        if merged(row, existing.get(index), "external_id") and not merged(row, existing.get(index), "source")
    }
