"""Links by which customers open a quote and answer it: made, used once for an answer, ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.quotes.choices import QuoteState
from zhike.domain.quotes.models import Quote, QuoteLink
from zhike.domain.quotes.services.sending import quotes_within
from zhike.metadata import notices, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage

#: 192 bits.
SECRET_BYTES = 24
#: So long a customer still sees what was agreed on, after the last day on which it could be accepted.
STAYS_DAYS = 30
SHOWN = (QuoteState.SENT, QuoteState.ACCEPTED, QuoteState.REFUSED, QuoteState.EXPIRED)
NOT_SENT = Problem("not_sent", _("Send the quote first: a draft is not shown to the customer."))
NAME_MISSING = Problem("required", _("Please write your name."))

ANSWERED = notices.register(
    NoticeKind(
        key="quote_answered",
        label=_("A customer answered a quote of mine"),
        text=_("%(title)s: %(answer)s by %(who)s"),
        icon="file-invoice",
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the customer says."""

    accepts: bool
    name: str
    remark: str


def link_make(quote_id: int, *, actor: Actor) -> str:
    """The secret of a new link to a sent quote; it is known now and never again. Earlier links end."""
    with storage().write_transaction():
        [quote] = quotes_within([quote_id], "edit", actor)
        if quote.state not in SHOWN or quote.valid_until is None:
            raise Invalid({"": [NOT_SENT]})
        now, secret = timezone.now(), secrets.token_urlsafe(SECRET_BYTES)
        QuoteLink.objects.filter(quote=quote, revoked_at=None).update(revoked_at=now)
        QuoteLink.objects.create(
            quote=quote,
            digest=digest_of(secret),
            made_at=now,
            made_by_id=actor.user_id,
            expires_at=_end_of(quote.valid_until + timedelta(days=STAYS_DAYS)),
        )
        return secret


def _end_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def links_end(quote_id: int, *, actor: Actor) -> None:
    """End every link to the quote at once."""
    with storage().write_transaction():
        [quote] = quotes_within([quote_id], "edit", actor)
        QuoteLink.objects.filter(quote=quote, revoked_at=None).update(revoked_at=timezone.now())


def working_link(quote_id: int) -> QuoteLink | None:
    """The link of the quote that works now, without its secret."""
    found: QuoteLink | None = _working().filter(quote=quote_id).order_by("-pk").first()
    return found


def link_by(secret: str) -> QuoteLink | None:
    """The link, if it works: known, neither ended nor expired, and its quote is there and was sent."""
    found: QuoteLink | None = _working().filter(digest=digest_of(secret)).first()
    return found


def _working() -> Any:
    rows = QuoteLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), quote__deletion__isnull=True)
    return rows.filter(quote__state__in=SHOWN).select_related("quote__customer", "quote__seller", "quote__contact")


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def link_opened(link: QuoteLink) -> None:
    """Note when the customer first looked."""
    if link.opened_at is None:
        with storage().write_transaction():
            QuoteLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=timezone.now())


def is_open(quote: Quote) -> bool:
    """Whether the customer can still answer."""
    return (
        quote.state == QuoteState.SENT and quote.valid_until is not None and quote.valid_until >= timezone.localdate()
    )


def quote_answer(link: QuoteLink, answer: Answer) -> bool:
    """Take in what the customer said; False when it is too late or was said already. Raises Invalid without a name."""
    if not answer.name.strip():
        raise Invalid({"name": [NAME_MISSING]})
    with storage().write_transaction():
        quote = Quote.objects.select_for_update(of=("self",), no_key=True).get(pk=link.quote_id)
        if not is_open(quote) or not _working().filter(pk=link.pk).exists():
            return False
        state = QuoteState.ACCEPTED if answer.accepts else QuoteState.REFUSED
        values = {
            "state": state.value,
            "answered_at": timezone.now(),
            "answered_by": " ".join(answer.name.split())[:80],
            "answer": answer.remark.strip()[:2000] or None,
        }
        record_save(registry.get("quote"), values, id=quote.pk, actor=SYSTEM, origin=Origin("customer"))
        if quote.owner_id is not None:
            params = {"answer": str(state.label), "who": values["answered_by"]}
            told = Notice(ANSWERED.key, (quote.owner_id,), "quote", quote.pk, params=params, once=f"quote:{quote.pk}")
            notices.send([told])
    return True
