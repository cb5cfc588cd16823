"""What happens to versions of quotes: sent, approved, given back, replaced by a new version."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.quotes.choices import LimitedRole, QuoteState
from zhike.domain.quotes.models import DiscountLimit, Quote, QuoteLine
from zhike.engines.approvals.deciding import approval_grant, approval_return
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.requiring import approval_required, asked_about, running
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.line_rows import line_type_of, stored_lines, written_fields
from zhike.metadata.records import Row, record_save, save
from zhike.metadata.storage import storage

HUNDRED = Decimal(100)
#: The kind of approval that quotes wait for.
KIND = "discount"
NOT_A_DRAFT = Problem("not_a_draft", _("Only a draft can be sent."))
NOT_WAITING = Problem("not_waiting", _("This quote does not wait for approval."))
NOT_SENT_YET = Problem("not_sent", _("Only a quote that was sent can be accepted."))
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
    """Freeze drafts and send them; those wait for approval that a flow asks about, or whose discount the actor may not give."""
    with storage().write_transaction():
        quotes = quotes_within(ids, "edit", actor)
        filled = set(QuoteLine.objects.filter(quote__in=ids, deletion=None).values_list("quote_id", flat=True))
        for quote in quotes:
            _check(quote, has_lines=quote.pk in filled)
        limit = limit_of(actor)
        for quote in quotes:
            hold = partial(_move, [quote], [{"state": QuoteState.APPROVAL.value, "sent_at": None}], actor)
            is_beyond = quote.below_list > limit
            if not approval_required(
                registry.get("quote"), quote.pk, kind=KIND, actor=actor, hold=hold, is_needed=is_beyond
            ):
                _move([quote], [_sent()], actor)


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
    """Say yes to what is asked about quotes that wait; what waits without being asked about goes out within one's limit."""
    with storage().write_transaction():
        for quote in quotes_within(ids, "approve", actor):
            if quote.state != QuoteState.APPROVAL:
                raise Invalid({"": [NOT_WAITING]})
            asked = running("quote", quote.pk, KIND)
            if asked is not None:
                approval_grant([asked.pk], actor=actor)
                continue
            _check_limit(quote, actor)
            _move([quote], [_sent()], actor)


def _check_limit(quote: Quote, actor: Actor) -> None:
    if quote.below_list > limit_of(actor):
        raise Invalid({"": [BEYOND_LIMIT]})


def quotes_give_back(ids: Sequence[int], *, actor: Actor) -> None:
    """Make drafts again of quotes that wait for approval."""
    with storage().write_transaction():
        for quote in quotes_within(ids, "approve", actor):
            if quote.state != QuoteState.APPROVAL:
                raise Invalid({"": [NOT_WAITING]})
            asked = running("quote", quote.pk, KIND)
            if asked is not None:
                approval_return([asked.pk], actor=actor, answer=gettext("To be changed."))
            else:
                _move([quote], [{"state": QuoteState.DRAFT.value}], actor)


def discount_granted(approval: Approval, *, actor: Actor) -> None:
    """Send the quote; where no flow said who decides, the one who granted must be allowed to give as much."""
    quote = asked_about(approval, Quote, QuoteState.APPROVAL)
    if quote is None:
        return
    if approval.flow_version_id is None:
        _check_limit(quote, actor)
    if quote.valid_until is not None and quote.valid_until < timezone.localdate():
        raise Invalid({"": [OUT_OF_DATE]})
    _move([quote], [_sent()], actor)


def discount_given_back(approval: Approval, *, actor: Actor) -> None:
    """A draft again, to be changed."""
    quote = asked_about(approval, Quote, QuoteState.APPROVAL)
    if quote is not None:
        _move([quote], [{"state": QuoteState.DRAFT.value}], actor)


def discount_asked_again(approval: Approval, *, actor: Actor) -> None:
    """What was returned and is sent again waits again, as it is by now."""
    quote = asked_about(approval, Quote, QuoteState.DRAFT)
    if quote is None:
        raise Invalid({"": [NOT_A_DRAFT]})
    _check(quote, has_lines=QuoteLine.objects.filter(quote=quote, deletion=None).exists())
    _move([quote], [{"state": QuoteState.APPROVAL.value, "sent_at": None}], actor)


register(
    ApprovalKind(
        KIND,
        _("Discount of a quote"),
        objects=("quote",),
        on_grant=discount_granted,
        on_refuse=discount_given_back,
        on_end=discount_given_back,
        on_again=discount_asked_again,
        icon="discount",
        tone="amber",
    )
)


def quotes_accept(ids: Sequence[int], *, actor: Actor, answered_by: str) -> None:
    """Note down that the customer said yes in other ways than by the link."""
    with storage().write_transaction():
        quotes = quotes_within(ids, "edit", actor)
        if any(quote.state != QuoteState.SENT for quote in quotes):
            raise Invalid({"": [NOT_SENT_YET]})
        values = {"state": QuoteState.ACCEPTED.value, "answered_at": timezone.now(), "answered_by": answered_by}
        _move(quotes, [values for _quote in quotes], actor)


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
