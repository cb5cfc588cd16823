"""Quotes whose last day has passed without an answer: marked each night, and their owners told."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from zhike.domain.quotes.choices import QuoteState
from zhike.domain.quotes.models import Quote
from zhike.metadata import notices, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.storage import storage

ORIGIN = Origin("quotes")
AT_ONCE = 500

EXPIRED = notices.register(
    NoticeKind(
        key="quote_expired",
        label=_("A quote of mine ended without an answer"),
        text=_("%(title)s ended on %(day)s without an answer: ask the customer, or make a new version"),
        icon="clock",
    )
)


def quotes_expire(today: date) -> int:
    """Mark what was sent and could be accepted until a day before today; returns how many. An answer that comes first wins."""
    done = 0
    while True:
        with storage().write_transaction():
            rows = Quote.objects.filter(state=QuoteState.SENT, valid_until__lt=today, deletion=None)
            # Looked at again under the lock: the customer may answer in this moment.
            found = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True)[:AT_ONCE])
            if found:
                marked = [Row({"state": QuoteState.EXPIRED.value}, id=quote.pk) for quote in found]
                save(registry.get("quote"), marked, actor=SYSTEM, origin=ORIGIN)
                notices.send([_told(quote) for quote in found if quote.owner_id is not None])
        done += len(found)
        if len(found) < AT_ONCE:
            return done


def _told(quote: Quote) -> Notice:
    params = {"day": quote.valid_until.isoformat() if quote.valid_until else ""}
    return Notice(
        EXPIRED.key, (quote.owner_id or 0,), "quote", quote.pk, params=params, once=f"quote-expired:{quote.pk}"
    )
