"""The pages of archive review: one's list, one review by clicks, the team's table, the sample, the report with its file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.caller import caller, told
from tests.cast import Cast, client
from tests.domain.reviews.scene import DAY, at, bought, days, finish, make_customer, make_policy, open_cycle, review_of
from zhike.domain.customers.models import Customer
from zhike.domain.reviews.models import Review, ReviewAnswer, ReviewCycle, ReviewPolicy, ReviewState
from zhike.domain.reviews.sampling import samples_draw
from zhike.engines.exporting.models import ExportRun

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def ids(cast: Cast) -> Any:
    """Three customers of Bob's and one of Charlie's under review; the clock stands at the first day."""
    make_policy(window_days=60)
    with time_machine.travel(at(DAY), tick=False):
        found = [make_customer(cast, name) for name in ("海天包装", "星光印务", "远大物流")]
        found.append(make_customer(cast, "外部客户", owner=cast.charlie.pk, department=cast.second.pk))
        bought(found[1], DAY - days(90), 1000)
        open_cycle()
        yield found


def test_the_list_shows_what_is_mine_to_do_and_why(cast: Cast, ids: list[int]) -> None:
    page = client(cast.bob).get("/reviews/").content.decode()

    assert "海天包装" in page
    assert "外部客户" not in page
    assert "已停购" in page
    assert "特殊" in page
    assert "已修订 0 / 3" in page
    assert "还没有生效的修订制度" not in page


def test_a_review_is_done_click_by_click_and_leads_to_the_next(cast: Cast, ids: list[int]) -> None:
    bob = client(cast.bob)
    review = review_of(ids[0])
    url = f"/reviews/{review.pk}/"

    early = bob.post(f"{url}fields/name/", {"do": "confirmed"})
    assert early.status_code == 422
    page = bob.get(url).content.decode()
    assert "answer-legal_representative" in page
    assert "answer-occupation" not in page

    assert bob.post(f"{url}fields/name/", {"do": "confirmed"}).status_code == 200
    control = bob.get(f"{url}fields/phones/").content.decode()
    assert 'name="version"' in control
    assert "answer-acts" in bob.get(f"{url}fields/phones/?plain=1").content.decode()
    version = Customer.objects.get(pk=ids[0]).version
    corrected = bob.post(f"{url}fields/phones/", {"do": "value", "phones": "13900556602", "version": version})
    assert corrected.status_code == 200
    assert "已更正" in corrected.content.decode()
    assert "已核对 2 / 3" in corrected.content.decode()
    unfinished = bob.post(url, {})
    assert unfinished.status_code == 422
    assert bob.post(f"{url}fields/legal_representative/", {"do": "unreachable"}).status_code == 200
    done = bob.post(url, {"result": "general"})

    assert done.status_code == 302
    assert done["Location"] == f"/reviews/{review_of(ids[1]).pk}/"
    assert review_of(ids[0]).state == ReviewState.DONE
    assert "一般" in bob.get(url).content.decode()
    timeline = bob.get(f"/o/customers/{ids[0]}/timeline/").content.decode()
    assert "档案修订" in timeline


def test_bad_input_is_said_beside_its_field(cast: Cast, ids: list[int]) -> None:
    bob = client(cast.bob)
    review = review_of(ids[1])
    url = f"/reviews/{review.pk}/"
    bob.get(url)
    for key in ("name", "phones", "legal_representative"):
        bob.post(f"{url}fields/{key}/", {"do": "confirmed"})

    assert bob.post(f"{url}fields/phones/", {"do": "value", "phones": "123"}).status_code == 422
    assert bob.get(f"{url}fields/credit_limit/").status_code == 404
    assert bob.get(f"{url}fields/nothing/").status_code == 404
    without = bob.post(url, {"result": "special"})
    assert without.status_code == 422
    assert "请说明客户增长、萎缩或流失的原因" in without.content.decode()
    assert bob.post(url, {"result": "special", "reason": "停产", "observe_until": "bald"}).status_code == 422
    assert bob.post(url, {"result": "special", "reason": "停产", "observe_until": "2026-02-30"}).status_code == 422
    assert bob.post(url, {"result": "special", "reason": "停产", "observe_until": "2026-06-01"}).status_code == 302
    assert Review.objects.get(pk=review.pk).observe_until == date(2026, 6, 1)


def test_somebody_faster_is_not_written_over(cast: Cast, ids: list[int]) -> None:
    bob = client(cast.bob)
    url = f"/reviews/{review_of(ids[0]).pk}/"
    bob.get(url)

    answer = bob.post(f"{url}fields/name/", {"do": "value", "name": "新名字", "version": 0})

    assert answer.status_code == 200
    assert "刚被别人改过" in answer.content.decode()
    assert Customer.objects.get(pk=ids[0]).name == "海天包装"
    assert not ReviewAnswer.objects.exists()


def test_reviews_outside_of_reach_do_not_exist(cast: Cast, ids: list[int]) -> None:
    review = review_of(ids[0])
    cycle = ReviewCycle.objects.get()
    for person in (cast.charlie, cast.mallory, cast.adam):
        browser = client(person)
        for path in ("", "next/", "recheck/", "fields/name/"):
            assert browser.get(f"/reviews/{review.pk}/{path}").status_code in {403, 404}, (person, path)
        assert browser.post(f"/reviews/{review.pk}/", {"result": "general"}).status_code == 404
    for person in (cast.mallory, cast.adam):
        for path in ("", "team/", "samples/", f"cycles/{cycle.pk}/"):
            assert client(person).get(f"/reviews/{path}").status_code in {403, 404}
    eve = client(cast.eve)
    assert eve.get(f"/reviews/{review.pk}/").status_code == 200
    assert eve.post(f"/reviews/{review.pk}/fields/name/", {"do": "confirmed"}).status_code == 403
    assert eve.post(f"/reviews/{review.pk}/", {"result": "general"}).status_code == 403
    assert client(None).get("/reviews/").status_code == 302
    assert review_of(ids[0]).state == ReviewState.DUE


def test_the_team_page_counts_within_reach_and_every_number_opens(cast: Cast, ids: list[int]) -> None:
    finish(review_of(ids[0]), cast.bob)
    alice, eve = client(cast.alice), client(cast.eve)

    page = alice.get("/reviews/team/").content.decode()
    assert "Bob" in page
    assert "Charlie" not in page
    assert "Charlie" in eve.get("/reviews/team/").content.decode()
    cycle = ReviewCycle.objects.get()
    report = alice.get(f"/reviews/cycles/{cycle.pk}/").content.decode()
    links = [
        part.split('"')[0].replace("&amp;", "&")
        for part in report.split('href="')[1:]
        if part.startswith("/o/reviews/?")
    ]
    assert links
    for link in set(links):
        assert alice.get(link).status_code == 200, link


def test_the_report_is_a_file_for_who_may_export(cast: Cast, ids: list[int]) -> None:
    cycle = ReviewCycle.objects.get()
    file = client(cast.alice).get(f"/reviews/cycles/{cycle.pk}/?format=csv")

    assert file.status_code == 200
    lines = file.content.decode().splitlines()
    assert len(lines) == 2
    assert lines[1].split(",")[2:5] == ["3", "0", "3"]
    logged = ExportRun.objects.get()
    assert (logged.object_key, logged.actor_id, logged.rows, logged.format) == ("review", cast.alice.pk, 1, "csv")
    assert logged.filter["value"] == cycle.pk
    assert client(cast.alice).get(f"/exports/{logged.pk}/file/").status_code == 404
    assert client(cast.bob).get(f"/reviews/cycles/{cycle.pk}/?format=csv").status_code == 403
    assert ExportRun.objects.count() == 1
    assert client(cast.alice).get("/reviews/cycles/999999/").status_code == 404


def test_the_page_of_a_customer_shows_its_reviews_to_who_sees_it(cast: Cast, ids: list[int]) -> None:
    review = finish(review_of(ids[0]), cast.bob)
    page, part = f"/o/customers/{ids[0]}/", {"HX-Target": "record-side-more"}
    assert f"/o/reviews/{review.pk}/" in client(cast.bob).get(page, headers=part).content.decode()
    assert client(cast.charlie).get(page, headers=part).status_code == 404


def test_the_sample_is_checked_by_a_manager(cast: Cast, ids: list[int]) -> None:
    review = finish(review_of(ids[0]), cast.bob)
    samples_draw(ReviewCycle.objects.get(), everybody=True)
    alice = client(cast.alice)

    assert client(cast.bob).get("/reviews/samples/").status_code == 403
    assert "海天包装" in alice.get("/reviews/samples/").content.decode()
    url = f"/reviews/{review.pk}/recheck/"
    assert client(cast.bob).get(url).status_code == 403
    assert alice.get(url).status_code == 200
    assert alice.post(url, {"f-name": "right"}).status_code == 422
    form = {"f-name": "right", "f-phones": "wrong", "f-legal_representative": "right"}
    assert alice.post(url, form).status_code == 302
    assert alice.post(url, form).status_code == 422

    assert Review.objects.get(pk=review.pk).wrong_count == 1


def test_the_usual_policy_begins_with_one_click(cast: Cast) -> None:
    clara = client(cast.clara)
    assert "采用常用制度" in clara.get("/reviews/").content.decode()
    assert client(cast.alice).post("/reviews/begin/").status_code == 403
    assert clara.post("/reviews/begin/").status_code == 302
    assert clara.post("/reviews/begin/").status_code == 422
    policy = ReviewPolicy.objects.get()
    assert (policy.cycle_high, policy.deadline_days) == (60, 10)
    assert clara.get(f"/o/review-policies/{policy.pk}/").status_code == 200
    assert clara.get("/o/review-policies/new/").status_code == 200


def test_the_api_does_what_the_page_does(cast: Cast, ids: list[int]) -> None:
    bob = caller(cast.bob)
    pk = review_of(ids[0]).pk

    listed = told(bob.get('/reviews?filter={"field":"state","op":"eq","value":"due"}'))
    assert {row["customer"] for row in listed["data"]} >= set(ids[:3])
    assert bob.post(f"/reviews/{pk}/actions/answer", {"field": "name", "verdict": "confirmed"}).status_code == 422
    assert bob.post(f"/reviews/{pk}/actions/open", {}).status_code == 200
    for key in ("name", "phones", "legal_representative"):
        answer = {"field": key, "verdict": "confirmed"}
        assert bob.post(f"/reviews/{pk}/actions/answer", answer).status_code == 200
    assert caller(cast.charlie).post(f"/reviews/{pk}/actions/finish", {}).status_code == 404
    assert bob.post(f"/reviews/{pk}/actions/finish", {}).status_code == 200
    assert bob.patch(f"/reviews/{pk}", {"state": "due"}).status_code in {403, 422}
    assert Review.objects.get(pk=pk).state == ReviewState.DONE


def test_the_api_reports_what_one_may_see(cast: Cast, ids: list[int]) -> None:
    path = f"/review-cycles/{ReviewCycle.objects.get().pk}/report"

    assert told(caller(cast.alice).get(path))["total"]["due"] == 3
    assert told(caller(cast.eve).get(path))["total"]["due"] == 4
    assert told(caller(cast.charlie).get(path))["departments"][0]["people"][0]["person"] == cast.charlie.pk
    for person in (cast.adam, cast.mallory):
        assert caller(person).get(path).status_code == 403
    assert caller(cast.alice).get("/review-cycles/99999/report").status_code == 404


@pytest.mark.parametrize("path", ["", "team/", "samples/", "{review}/", "cycles/{cycle}/", "{review}/fields/phones/"])
def test_pages_stay_within_their_statements(cast: Cast, ids: list[int], path: str) -> None:
    alice = client(cast.alice)
    path = path.format(review=review_of(ids[0]).pk, cycle=ReviewCycle.objects.get().pk)
    alice.get(f"/reviews/{path}")

    with CaptureQueriesContext(connection) as queries:
        assert alice.get(f"/reviews/{path}").status_code == 200

    statements = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 12, "\n".join(statements)


def test_english_pages_speak_english(cast: Cast, ids: list[int]) -> None:
    alice = client(cast.alice)
    alice.post("/language/", {"language": "en"})
    page = alice.get(f"/reviews/{review_of(ids[0]).pk}/").content.decode()

    assert "Finish, next one" in page
    assert "完成，下一个" not in page
