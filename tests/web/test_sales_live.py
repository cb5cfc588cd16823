"""Sales now: who stands where, the funnel with dwell times, missed steps; fresh without a reload, each number open to its rows."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlparse

import orjson
import pytest
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.domain.deals.deals import deal, publish, stage
from zhike.accounts.models import User
from zhike.domain.deals.models import Opportunity, ProcessStep, StageMove
from zhike.domain.deals.pipelines import latest_processes
from zhike.domain.deals.services.moving import deal_lose, deal_move
from zhike.domain.deals.watching import funnel, missed_steps
from zhike.metadata import registry
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.query]

LIVE = "/deals/live/"


def people(user: User, **query: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in client(user).get(LIVE, query).context["people"]}


def small() -> None:
    publish([stage("s1"), stage("s2"), stage("s3")], key="small")


def test_people_are_seen_by_stage_and_state_within_reach_alone(cast: Cast) -> None:
    stuck = deal(cast.bob, "卡住的", stage="need")
    Opportunity.objects.filter(pk=stuck).update(stage_until=timezone.now() - timedelta(days=1))
    deal(cast.bob, "没下一步")
    gone = deal(cast.bob, "丢了")
    deal_lose([gone], actor=actor(cast.bob), loss_reason="budget")
    deal(cast.charlie, "别人的")

    found = people(cast.alice)

    assert list(found) == ["Bob"]
    bob = found["Bob"]
    assert [cell["number"] for cell in bob["cells"]][:2] == [1, 1]
    assert bob["cells"][1]["wrong"][0]["tone"] == "red"
    assert [alarm["number"] for alarm in bob["alarms"]] == [1, 0, 1]
    assert (bob["won"]["number"], bob["lost"]["number"]) == (0, 1)
    assert set(people(cast.eve)) == {"Bob", "Charlie"}
    assert client(cast.mallory).get(LIVE).status_code == 403
    assert client(cast.alice).get(LIVE, {"within": "x", "days": "-1"}).status_code == 200


def test_every_number_opens_to_as_many_rows(cast: Cast) -> None:
    deal(cast.bob, "甲", stage="need")
    deal(cast.bob, "乙")
    gone = deal(cast.bob, "丢了")
    deal_lose([gone], actor=actor(cast.bob), loss_reason="budget")
    browser = client(cast.alice)

    page = browser.get(LIVE).content.decode()

    links = re.findall(r'href="(/o/[^"]+filter[^"]+)"[^>]*>(?:<span[^>]*>[^<]*</span>)?(\d+)<', page)
    assert len(links) >= 6
    alice = actor(cast.alice)
    for link, number in links:
        address = urlparse(unescape(link))
        object_type = registry.by_slug(address.path.split("/")[2])
        condition = orjson.loads(parse_qs(address.query)["filter"][0])
        is_moves = object_type.key == "stage_move"
        key = "opportunity" if is_moves else "id"
        listed = Query(object_type, alice, context_for(alice), columns=(key,), filter=condition).page()
        # The funnel counts deals, of which one may have come into a stage twice.
        assert len({row.values[key] for row in listed.rows}) == int(number), link


def test_an_open_page_gets_what_changed_and_nothing_where_nothing_did(cast: Cast) -> None:
    deal(cast.bob, "甲")
    browser = client(cast.alice)
    url = browser.get(LIVE).context["url"]
    asking = {"HX-Request": "true"}

    assert browser.get(url, headers=asking).status_code == 204
    deal(cast.bob, "乙", stage="need")
    fresh = browser.get(url, headers=asking)

    assert fresh.status_code == 200
    assert "<html" not in fresh.content.decode()
    [bob] = fresh.context["people"]
    assert [cell["number"] for cell in bob["cells"]][:2] == [1, 1]
    assert browser.get(fresh.context["url"], headers=asking).status_code == 204
    assert "<html" in browser.get(url).content.decode()


def test_asking_again_costs_three_queries_at_most(cast: Cast, django_assert_max_num_queries: Any) -> None:
    deal(cast.bob)
    browser = client(cast.alice)
    url = browser.get(LIVE).context["url"]
    with django_assert_max_num_queries(3):
        assert browser.get(url, headers={"HX-Request": "true"}).status_code == 204


def test_the_funnel_tells_how_many_got_further_and_how_long_it_took(cast: Cast) -> None:
    small()
    bob = actor(cast.bob)
    first, second, third = (deal(cast.bob, name, pipeline="small") for name in ("一", "二", "三"))
    deal(cast.charlie, "别人的", pipeline="small")
    deal_move([first, second], actor=bob, stage="s2")
    deal_move([first], actor=bob, stage="s3")
    # Back and forward again: a deal counts once.
    deal_move([second], actor=bob, stage="s1")
    deal_move([second], actor=bob, stage="s2")
    StageMove.objects.filter(from_stage="s1").update(seconds=2 * 86_400)
    process = latest_processes()["small"]
    since = timezone.localdate() - timedelta(days=30)

    found = {step.stage: step for step in funnel(bob, process, since)}

    assert [(step.entered, step.further) for step in found.values()] == [(3, 2), (2, 1), (1, 0)]
    assert (found["s1"].conversion, found["s1"].days) == (66, 2.0)
    assert found["s3"].days is None
    assert third
    everybody = {step.stage: step.entered for step in funnel(actor(cast.eve), process, since)}
    assert everybody["s1"] == 4
    later = timezone.localdate() + timedelta(days=1)
    assert [(step.entered, step.conversion) for step in funnel(bob, process, later)] == [(0, None)] * 3


def test_missed_steps_are_told_with_the_oldest(cast: Cast) -> None:
    now = timezone.now()
    for owner, days, title in (
        (cast.bob, 3, "寄样品"),
        (cast.bob, 1, "寄样品"),
        (cast.bob, -1, "回访"),
        (cast.charlie, 9, "寄样品"),
    ):
        pk = deal(owner, f"{title}{days}")
        ProcessStep.objects.create(
            opportunity_id=pk,
            customer_id=Opportunity.objects.get(pk=pk).customer_id,
            step="sample" if title == "寄样品" else "call",
            title=title,
            state="open",
            opened_at=now - timedelta(days=20),
            due_at=now - timedelta(days=days),
            created_at=now,
            updated_at=now,
        )

    [row] = missed_steps(actor(cast.bob))

    assert (row.step, row.title, row.count, row.oldest) == ("sample", "寄样品", 2, now - timedelta(days=3))
    assert missed_steps(actor(cast.eve))[0].count == 3
