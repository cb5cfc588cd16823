"""Versions of quotes: frozen once sent, replaced by new ones, held back above the limit of a role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.quotes.offers import customer, product, quote
from tests.domain.quotes.test_lines import lines_of
from zhike.domain.quotes.models import Quote
from zhike.domain.quotes.services import sending
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def limit(role: str, percent: float, days: int = 0) -> None:
    values = {"role": role, "percent": percent, "valid_from": (timezone.localdate() + timedelta(days=days)).isoformat()}
    record_save(registry.get("discount_limit"), values, actor=SYSTEM)


def state(pk: int) -> str:
    return Quote.objects.values_list("state", flat=True).get(pk=pk)


def code(refusal: pytest.ExceptionInfo[Invalid]) -> str:
    return next(iter(refusal.value.problems.values()))[0].code


def discounted(cast: Cast, percent: Any) -> int:
    return quote(cast.bob, {"product": product("P-1", list_price=100), "quantity": 1}, discount_percent=percent)


def test_quotes_are_numbered_by_day(cast: Cast) -> None:
    first, second = (Quote.objects.get(pk=quote(cast.bob, customer=pk)) for pk in [customer(cast.bob)] * 2)

    assert first.number == f"BJ{timezone.localdate():%Y%m%d}-001"
    assert second.number.endswith("-002")


def test_a_sent_version_does_not_change_but_how_we_work_with_it_does(cast: Cast) -> None:
    pk, bob, save = quote(cast.bob), actor(cast.bob), registry.get("quote")
    sending.quotes_send([pk], actor=bob)

    assert state(pk) == "sent"
    for values in ({"title": "B"}, {"discount_percent": 5}, {"lines": []}):
        with pytest.raises(Invalid) as refusal:
            record_save(save, values, id=pk, actor=bob)
        assert code(refusal) == "frozen"
    record_save(save, {"note": "电话确认过"}, id=pk, actor=bob)
    with pytest.raises(Invalid) as refusal:
        sending.quotes_send([pk], actor=bob)
    assert code(refusal) == "not_a_draft"


def test_a_new_version_copies_everything_and_replaces_the_old_one(cast: Cast) -> None:
    bob = actor(cast.bob)
    pk = quote(cast.bob, {"product": product("P-1", list_price="9.123456"), "quantity": 3}, discount_percent=5)
    sending.quotes_send([pk], actor=bob)

    [new] = sending.quotes_revise([pk], actor=bob)

    old, made = Quote.objects.get(pk=pk), Quote.objects.get(pk=new)
    assert (old.state, made.state) == ("replaced", "draft")
    assert (made.number, made.revision, made.replaces_id) == (old.number, 2, old.pk)
    assert (made.total, made.below_list, made.owner_id) == (old.total, old.below_list, old.owner_id)
    assert [(line.name, line.unit_price, line.list_price) for line in lines_of(new)] == [
        (line.name, line.unit_price, line.list_price) for line in lines_of(pk)
    ]
    with pytest.raises(Invalid):
        sending.quotes_revise([pk], actor=bob)


@pytest.mark.parametrize(
    ("values", "expected"),
    [({"valid_until": None}, "required"), ({"valid_until": "2020-01-01"}, "out_of_date"), ({"lines": []}, "no_lines")],
)
def test_what_is_not_complete_is_not_sent(cast: Cast, values: dict[str, Any], expected: str) -> None:
    pk = quote(cast.bob)
    record_save(registry.get("quote"), values, id=pk, actor=actor(cast.bob))

    with pytest.raises(Invalid) as refusal:
        sending.quotes_send([pk], actor=actor(cast.bob))

    assert code(refusal) == expected
    assert state(pk) == "draft"


def test_more_discount_than_the_role_may_give_waits_for_somebody_who_may(cast: Cast) -> None:
    limit("sales", 5)
    limit("manager", 20)
    pk = discounted(cast, 12)

    sending.quotes_send([pk], actor=actor(cast.bob))

    assert state(pk) == "approval"
    with pytest.raises(Denied):
        sending.quotes_approve([pk], actor=actor(cast.bob))
    sending.quotes_give_back([pk], actor=actor(cast.alice))
    assert state(pk) == "draft"
    sending.quotes_send([pk], actor=actor(cast.bob))
    sending.quotes_approve([pk], actor=actor(cast.alice))
    assert state(pk) == "sent"


def test_a_manager_approves_no_more_than_the_own_limit(cast: Cast) -> None:
    limit("*", 5)
    pk = discounted(cast, "5.5")
    sending.quotes_send([pk], actor=actor(cast.bob))

    with pytest.raises(Invalid) as refusal:
        sending.quotes_approve([pk], actor=actor(cast.alice))

    assert code(refusal) == "beyond_limit"


def test_a_limit_counts_from_its_day_on_and_lowered_prices_count_as_discount(cast: Cast) -> None:
    limit("sales", 5, days=-10)
    limit("sales", 50, days=1)
    lowered = quote(cast.bob, {"product": product("P-2", list_price=100), "unit_price": 90, "quantity": 1})
    at_limit = quote(cast.bob, {"product": product("P-3", list_price=100), "unit_price": 95, "quantity": 1})

    sending.quotes_send([lowered, at_limit], actor=actor(cast.bob))

    assert (state(lowered), state(at_limit)) == ("approval", "sent")


def test_quotes_out_of_reach_do_not_exist(cast: Cast) -> None:
    pk = quote(cast.bob)

    with pytest.raises(NotFound):
        sending.quotes_send([pk], actor=actor(cast.charlie))
    with pytest.raises(NotFound):
        sending.quotes_revise([pk], actor=actor(cast.sara))
