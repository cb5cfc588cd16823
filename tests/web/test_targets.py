"""The page of targets: the tree within reach, what is left to split, numbers that open to their rows."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlparse

import orjson
import pytest
from django.utils import timezone

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client, person
from tests.domain.targets.test_targets import bought, computed, target
from zhike.accounts.models import User
from zhike.accounts.roles import field_rules_set, role_by_key
from zhike.metadata import registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for

pytestmark = pytest.mark.django_db


def page(user: User, **query: Any) -> Any:
    return client(user).get("/targets/", query).context


def lines(user: User, **query: Any) -> dict[str, list[dict[str, Any]]]:
    return {row["name"]: row["cells"] for row in page(user, **query)["rows"]}


def test_the_tree_rolls_up_and_says_what_nobody_has(cast: Cast) -> None:
    target(level="department", department=cast.branch.pk, amount=1_000_000)
    target(level="department", department=cast.first.pk, amount=600_000)
    target(owner=cast.bob.pk, amount=250_000)
    target(owner=cast.bob.pk, amount=70_000, span="q1")
    target(owner=cast.charlie.pk, amount=100_000)

    found = lines(cast.eve)

    assert list(found) == ["营业部", "销售一部", "Bob", "销售二部", "Charlie"]
    assert found["营业部"][0]["left"] == "¥3,000.00"
    assert found["销售一部"][0]["left"] == "¥3,500.00"
    assert found["销售二部"][0] == {"below": "¥1,000.00"}
    assert found["Bob"][0]["later"] == "¥1,800.00"
    assert found["销售一部"][1] == {"below": "¥700.00"}
    target(level="department", department=cast.second.pk, amount=60_000)
    assert lines(cast.eve)["销售二部"][0]["over"] == "¥400.00"


def test_what_was_reached_opens_to_its_rows(cast: Cast) -> None:
    pk = target(level="department", department=cast.first.pk, amount=400_000)
    mine = target(owner=cast.bob.pk, amount=50_000)
    bought(cast.bob, "500")
    bought(cast.alice, "499.99")
    bought(cast.charlie, "7")
    computed(pk, mine)
    alice = actor(cast.alice)

    cells = lines(cast.alice)

    room = cells["销售一部"][0]
    assert (room["attained"], room["rate"], room["gap"]) == ("¥999.99", 24, "¥3,000.01")
    condition = orjson.loads(parse_qs(urlparse(unescape(room["rows_url"])).query)["filter"][0])
    rows = Query(registry.get("order"), alice, context_for(alice), columns=("amount",), filter=condition).page()
    assert sum(row.values["amount"] for row in rows.rows) == 99_999
    own = page(cast.bob)["own"]
    assert [(tile["rate"], tile["gap"]) for tile in own] == [(100, "")]


def test_everybody_sees_the_targets_within_reach_alone(cast: Cast) -> None:
    target(owner=cast.bob.pk)
    target(owner=cast.charlie.pk)
    target(level="company", amount=99_900)

    assert list(lines(cast.bob)) == ["营业部", "销售一部", "Bob"]
    assert list(lines(cast.alice)) == ["营业部", "销售一部", "Bob"]
    assert list(lines(cast.eve)) == ["全公司", "营业部", "销售一部", "Bob", "销售二部", "Charlie"]
    assert client(cast.mallory).get("/targets/").status_code == 403
    assert "¥999.00" not in client(cast.bob).get("/targets/").content.decode()
    for odd in ("year=x", "measure=x", "part=x", "category=-1", "year=99999999999999999999"):
        assert client(cast.bob).get(f"/targets/?{odd}").status_code == 200


def test_who_does_not_see_amounts_does_not_see_what_was_reached(cast: Cast) -> None:
    pk = target(owner=cast.bob.pk)
    bought(cast.bob, "123.45")
    computed(pk)
    assert "123.45" in client(cast.bob).get("/targets/").content.decode()

    field_rules_set(role_by_key("sales"), "order", {"amount": FieldAccess.HIDDEN}, actor=actor(cast.adam))

    assert "123.45" not in client(cast.bob).get("/targets/").content.decode()
    assert "attained" not in told(caller(cast.bob).get(f"/sales-targets/{pk}"))


def test_the_api_tells_the_tree_within_reach(cast: Cast) -> None:
    pk = target(level="department", department=cast.first.pk, amount=600_000)
    target(owner=cast.bob.pk, amount=250_000)
    year = timezone.localdate().year

    answer = told(caller(cast.alice).get("/targets/overview"))

    assert (answer["year"], answer["measure"]) == (year, "orders")
    branch, room, bob = answer["data"]
    assert (branch["spans"]["year"]["amount"], branch["spans"]["year"]["below"]) == (None, 600_000)
    assert room["spans"]["year"] == {
        "target": pk,
        "amount": 600_000,
        "attained": None,
        "gap": None,
        "below": 250_000,
        "left_below": 350_000,
        "left_in_time": None,
    }
    assert (bob["level"], bob["id"], bob["depth"]) == ("person", cast.bob.pk, 2)
    assert [row["name"] for row in told(caller(cast.charlie).get("/targets/overview"))["data"]] == []
    assert caller(cast.mallory).get("/targets/overview").status_code == 403
    assert caller(cast.alice).get("/targets/overview?measure=x").status_code == 400
    assert caller(cast.alice).get("/targets/overview?year=x").status_code == 400


def test_the_page_costs_the_same_few_queries_for_many_targets(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        target(owner=person(f"seller{number}", "sales", cast.first).pk)
    browser = client(cast.alice)
    browser.get("/targets/")
    with django_assert_max_num_queries(14):
        assert browser.get("/targets/").status_code == 200
