"""Quotes that end without an answer: marked once, their owner told, their link says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.orders.test_orders import refused
from tests.domain.quotes.offers import quote
from zhike.domain.orders.from_quote import orders_from_quotes
from zhike.domain.quotes.models import Quote
from zhike.domain.quotes.services import sending
from zhike.domain.quotes.services.answering import Answer, link_by, link_make, quote_answer
from zhike.domain.quotes.services.expiring import quotes_expire
from zhike.engines.notify.models import Notification

pytestmark = pytest.mark.django_db


def sent(cast: Cast, days: int = 0) -> int:
    pk = quote(cast.bob, valid_until=(timezone.localdate() + timedelta(days=days)).isoformat())
    sending.quotes_send([pk], actor=actor(cast.bob))
    return pk


def state(pk: int) -> str:
    return Quote.objects.values_list("state", flat=True).get(pk=pk)


def test_a_quote_ends_the_day_after_its_last_and_its_owner_is_told_once(cast: Cast) -> None:
    today = timezone.localdate()
    last, later, draft = sent(cast), sent(cast, 5), quote(cast.bob, valid_until=today.isoformat())

    assert quotes_expire(today) == 0
    assert (quotes_expire(today + timedelta(1)), quotes_expire(today + timedelta(1))) == (1, 0)

    assert (state(last), state(later), state(draft)) == ("expired", "sent", "draft")
    told = Notification.objects.filter(kind="quote_expired")
    assert [(row.user_id, row.record_id) for row in told] == [(cast.bob.pk, last)]


def test_the_link_of_an_ended_quote_says_so_and_takes_no_answer(cast: Cast, client: Client) -> None:
    pk = sent(cast)
    secret = link_make(pk, actor=actor(cast.bob))
    assert "接受报价" in client.get(f"/q/{secret}/").content.decode()
    quotes_expire(timezone.localdate() + timedelta(1))

    page = client.get(f"/q/{secret}/").content.decode()

    assert "接受报价" not in page
    assert "notice tone-amber" in page
    link = link_by(secret)
    assert link is not None
    assert not quote_answer(link, Answer(accepts=True, name="周经理", remark=""))
    assert state(pk) == "expired"


def test_an_ended_quote_is_not_accepted_but_made_anew(cast: Cast) -> None:
    pk, bob = sent(cast), actor(cast.bob)
    quotes_expire(timezone.localdate() + timedelta(1))

    refused("not_sent", sending.quotes_accept, [pk], actor=bob, answered_by="周经理")
    refused("not_accepted", orders_from_quotes, [pk], actor=bob)
    [new] = sending.quotes_revise([pk], actor=bob)

    assert (state(pk), state(new)) == ("replaced", "draft")


def test_what_was_answered_in_time_does_not_end(cast: Cast) -> None:
    pk = sent(cast)
    sending.quotes_accept([pk], actor=actor(cast.bob), answered_by="周经理")

    assert quotes_expire(timezone.localdate() + timedelta(1)) == 0
    assert state(pk) == "accepted"
