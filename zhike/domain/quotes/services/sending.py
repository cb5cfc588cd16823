"""What happens to versions of quotes: sent, approved, given back, replaced by a new version."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.quotes.choices import LimitedRole, QuoteState
from zhike.domain.quotes.models import DiscountLimit, Quote, QuoteLine
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.line_rows import line_type_of, stored_lines, written_fields
from zhike.metadata.records import Row, record_save, save
from zhike.metadata.storage import storage

HUNDRED = Decimal(100)
NOT_A_DRAFT = Problem("not_a_draft", _("Only a draft can be sent."))
NOT_WAITING = Problem("not_waiting", _("This quote does not wait for approval."))
STILL_A_DRAFT = Problem("still_a_draft", _("This is still a draft: change it as it is."))
NO_LINES = Problem("no_lines", _("A quote without lines offers nothing: add a line first."))
NO_END = Problem("required", _("Say until when the quote is valid."))
OUT_OF_DATE = Problem("out_of_date", _("The quote is valid until a day that has passed."))
BEYOND_LIMIT = Problem("beyond_limit", _("This is more discount than you may approve."))
#: What a new version does not take over from the one that it replaces.
OWN_TO_A_VERSION = frozenset(
    {
        "id",
        "state",
        "revision",
        "replaces",
        "sent_at",
        "answered_at",
        "answered_by",
        "answer",
        "created_at",
        "updated_at",
    }
    | {"created_by", "updated_by", "subtotal", "discount_amount", "net", "tax", "total", "below_list"}
)


def limit_of(actor: Actor) -> Decimal:
    """Percent below list price that the actor may offer without approval; the widest of the actor's roles counts.

    A role that no limit in force names falls under that for everybody; where there is none either, nothing limits.
    """
    rows = DiscountLimit.objects.filter(deletion=None, valid_from__lte=timezone.localdate())
    latest = dict(rows.order_by("valid_from").values_list("role", "percent"))
    own = [latest[key] for key in actor.role_keys if key in latest]
    return max(own, default=latest.get(LimitedRole.ANYBODY.value, HUNDRED))


def quotes_within(ids: Sequence[int], action: str, actor: Actor) -> list[Quote]:
    """The quotes on which the actor may do the action, locked, in order; raises Denied or NotFound."""
    object_type = registry.get("quote")
    policy.require(actor, object_type, action)
    rows: Any = policy.queryset_for(actor, object_type, action).filter(pk__in=list(ids))
    found = {quote.pk: quote for quote in rows.order_by("pk").select_for_update(of=("self",), no_key=True)}
    for missing in (pk for pk in ids if pk not in found):
        raise NotFound("quote", missing)
    return [found[pk] for pk in ids]


def _move(quotes: Sequence[Quote], values: Sequence[dict[str, Any]], actor: Actor) -> None:
    rows = [Row(given, id=quote.pk) for quote, given in zip(quotes, values, strict=True)]
    result = save(registry.get("quote"), rows, actor=on_behalf(actor))
    for row in result.rows:
        if row.problems:
            raise Invalid(row.problems)


def _sent() -> dict[str, Any]:
    return {"state": QuoteState.SENT.value, "sent_at": timezone.now()}


def quotes_send(ids: Sequence[int], *, actor: Actor) -> None:
    """Freeze drafts and send them; those with more discount than the actor may give wait for approval."""
    with storage().write_transaction():
        quotes = quotes_within(ids, "edit", actor)
        filled = set(QuoteLine.objects.filter(quote__in=ids, deletion=None).values_list("quote_id", flat=True))
        for quote in quotes:
            _check(quote, has_lines=quote.pk in filled)
        limit = limit_of(actor)
        values: list[dict[str, Any]] = [
            _sent() if quote.below_list <= limit else {"state": QuoteState.APPROVAL.value, "sent_at": None}
            for quote in quotes
        ]
        _move(quotes, values, actor)


def _check(quote: Quote, *, has_lines: bool) -> None:
    """Raises Invalid for a quote that cannot be sent."""
    if quote.state != QuoteState.DRAFT:
        raise Invalid({"": [NOT_A_DRAFT]})
    if not has_lines:
        raise Invalid({"": [NO_LINES]})
    if quote.valid_until is None:
        raise Invalid({"valid_until": [NO_END]})
    if quote.valid_until < timezone.localdate():
        raise Invalid({"valid_until": [OUT_OF_DATE]})


def quotes_approve(ids: Sequence[int], *, actor: Actor) -> None:
    """Let quotes go out whose discount the actor may give."""
    with storage().write_transaction():
        quotes = quotes_within(ids, "approve", actor)
        limit = limit_of(actor)
        for quote in quotes:
            if quote.state != QuoteState.APPROVAL:
                raise Invalid({"": [NOT_WAITING]})
            if quote.below_list > limit:
                raise Invalid({"": [BEYOND_LIMIT]})
        _move(quotes, [_sent() for _quote in quotes], actor)


def quotes_give_back(ids: Sequence[int], *, actor: Actor) -> None:
    """Make drafts again of quotes that wait for approval."""
    with storage().write_transaction():
        quotes = quotes_within(ids, "approve", actor)
        if any(quote.state != QuoteState.APPROVAL for quote in quotes):
            raise Invalid({"": [NOT_WAITING]})
        _move(quotes, [{"state": QuoteState.DRAFT.value} for _quote in quotes], actor)


def quotes_revise(ids: Sequence[int], *, actor: Actor) -> list[int]:
    """A new draft from each version, which is replaced by it; returns the new ids."""
    with storage().write_transaction():
        return [_revised(quote, actor) for quote in quotes_within(ids, "edit", actor)]


def _revised(quote: Quote, actor: Actor) -> int:
    if quote.state in {QuoteState.DRAFT, QuoteState.APPROVAL, QuoteState.REPLACED}:
        raise Invalid({"": [STILL_A_DRAFT]})
    object_type = registry.get("quote")
    kept = [field for field in object_type.fields.values() if field.key not in OWN_TO_A_VERSION and field.column]
    values: dict[str, Any] = {field.key: getattr(quote, field.column or "") for field in kept}
    lines = copied_lines(quote.pk, actor)
    _move([quote], [{"state": QuoteState.REPLACED.value}], actor)
    more = {"revision": quote.revision + 1, "replaces": quote.pk, "lines": lines}
    own = {key: value for key, value in quote.custom.items() if key in object_type.fields}
    return record_save(object_type, {**raw(object_type, values), **own, **more}, actor=on_behalf(actor))


def copied_lines(quote_id: int, actor: Actor) -> list[dict[str, Any]]:
    """The lines as they would be written anew, list prices of that time included."""
    lines = registry.get("quote").lines
    if lines is None:
        return []
    line_type = line_type_of(lines)
    keys = {field.key for field in written_fields(lines, on_behalf(actor))} | {"list_price"}
    keys -= {"amount", "net", "tax", "gross"}
    return [
        raw(line_type, {key: value for key, value in line.items() if key in keys})
        for line in stored_lines(lines, [quote_id]).get(quote_id, [])
    ]


def raw(object_type: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Plain values as the write path reads them; decimals as text, exactly."""
    fields = object_type.fields
    return {
        key: str(value) if isinstance(value, Decimal) else fields[key].type.to_json(value, fields[key])
        for key, value in values.items()
        if value is not None and not fields[key].type.is_empty(value)
    }
