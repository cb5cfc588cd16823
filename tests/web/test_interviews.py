"""Phone interviews: one question a screen, answers that lead on, interruptions, and a call with its values at the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, actor, client
from tests.domain.pools.scene import make_customer
from zhike.domain.activities.models import Interaction
from zhike.domain.collection.models import InterviewRun, Proposal, Script
from zhike.domain.collection.services import interviewing, proposing
from zhike.domain.customers.models import Customer
from zhike.engines.verification.models import ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db]

QUESTIONS = [
    {"text": "对送货满意吗？", "choices": "满意 > 3\n不满意"},
    {"text": "哪里不满意？"},
    {"text": "最近需要什么？", "field": "needs"},
    {"text": "微信号还是这个吗？", "field": "wechat"},
]


def said() -> set[tuple[Any, ...]]:
    rows = ValueMark.objects.filter(is_current=True, state="verified", means="call")
    return set(rows.values_list("field_key", "value", "by_id"))


def make_script(cast: Cast, **values: Any) -> Script:
    pk = record_save(registry.get("script"), {"name": "送货回访", **values}, actor=SYSTEM)
    interviewing.questions_save(pk, QUESTIONS, actor=actor(cast.max))
    return Script.objects.get(pk=pk)


def test_an_interview_goes_through_the_page_and_is_written_down_once(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装", wechat="haitian")
    script = make_script(cast)
    bob = client(cast.bob)

    begun = bob.post(f"/interviews/with/{pk}/", {"script": script.pk})
    url = begun["Location"]
    assert "对送货满意吗" in bob.get(url).content.decode()
    bob.post(url, {"number": 1, "answer": "满意"})
    # The good answer leads past the second question.
    assert "最近需要什么" in bob.get(url).content.decode()
    # Interrupted, and taken up again from the customer's page.
    assert bob.post(f"/interviews/with/{pk}/", {"script": script.pk})["Location"] == url
    bob.post(url, {"number": 3, "answer": "木箱"})
    assert 'value="haitian"' in bob.get(url).content.decode()
    bob.post(url, {"number": 4, "answer": "haitian"})
    for _turn in range(2):
        bob.post(url, {"do": "finish"})

    customer = Customer.objects.get(pk=pk)
    assert customer.needs == "木箱"
    call = Interaction.objects.get(customer=pk)
    assert (call.channel, call.owner_id) == ("call", cast.bob.pk)
    assert "对送货满意吗？ — 满意" in call.content
    assert Batch.objects.filter(object_key="customer").latest("pk").source == "interview"
    assert said() == {("wechat", "haitian", cast.bob.pk), ("needs", "木箱", cast.bob.pk)}


def test_answers_out_of_turn_or_out_of_range_are_refused(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装")
    run = interviewing.begin(make_script(cast).pk, pk, actor=actor(cast.bob))
    url = f"/interviews/{run.pk}/"
    bob = client(cast.bob)

    for form in (
        {"number": 2, "answer": "x"},
        {"number": 99, "answer": "x"},
        {"number": "", "answer": "x"},
        {"number": 1, "answer": "也许"},
        {"do": "finish"},
    ):
        assert bob.post(url, form).status_code == 422
    bob.post(url, {"number": 1, "answer": "不满意"})
    assert bob.post(url, {"number": 2, "answer": "长" * 4_001}).status_code == 422
    bob.post(url, {"number": 2, "do": "skip"})
    bob.post(url, {"do": "back"})
    run.refresh_from_db()
    assert run.answers == [[1, "不满意"]]


def test_what_one_may_not_change_comes_to_the_owner_as_a_proposal(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装", needs="旧")
    run = interviewing.begin(make_script(cast).pk, pk, actor=actor(cast.sara))
    for number, value in ((1, "满意"), (3, "新要求"), (4, None)):
        interviewing.answer(run.pk, number, value, actor=actor(cast.sara))
    interviewing.finish(run.pk, actor=actor(cast.sara))

    assert Customer.objects.get(pk=pk).needs == "旧"
    proposal = Proposal.objects.get(customer=pk)
    assert proposal.source == "interview"
    assert said() == set()
    proposing.accept(proposal.pk, ["needs"], actor=actor(cast.bob))
    assert said() == {("needs", "新要求", cast.sara.pk)}, "who heard it is who knows it, not who took it over"
    assert Interaction.objects.get(customer=pk).owner_id == cast.sara.pk


def test_the_list_names_whom_the_script_is_for_until_they_were_rung(cast: Cast) -> None:
    first, second = make_customer(cast, "甲公司", tier="high"), make_customer(cast, "乙公司", tier="high")
    make_customer(cast, "丙公司", tier="low")
    make_customer(cast, "丁公司", tier="high", owner=cast.charlie.pk, department=cast.second.pk)
    script = make_script(cast, filter={"field": "tier", "op": "eq", "value": "high"})

    assert [pk for pk, _name in interviewing.waiting(script, actor=actor(cast.bob))] == [first, second]
    run = interviewing.begin(script.pk, first, actor=actor(cast.bob))
    for number in (1, 2, 3, 4):
        interviewing.answer(run.pk, number, None, actor=actor(cast.bob))
    interviewing.finish(run.pk, actor=actor(cast.bob))
    page = client(cast.bob).get(f"/scripts/{script.pk}/waiting/").content.decode()
    assert "乙公司" in page
    assert "甲公司" not in page
    assert "丁公司" not in page


def test_a_run_keeps_the_questions_with_which_it_began(cast: Cast) -> None:
    script = make_script(cast)
    run = interviewing.begin(script.pk, make_customer(cast, "海天包装"), actor=actor(cast.bob))
    interviewing.questions_save(script.pk, [{"text": "只问一题"}], actor=actor(cast.max))
    assert len(InterviewRun.objects.get(pk=run.pk).questions) == 4


@pytest.mark.parametrize(
    "raw",
    [
        [],
        [{"text": " "}],
        [{"text": "长" * 301}],
        [{"text": "问", "field": "tier"}],
        [{"text": "问", "choices": "甲 > 9"}],
        [{"text": "一"}, {"text": "二", "choices": "甲 > 1"}],
    ],
)
def test_questions_that_cannot_be_asked_are_refused(cast: Cast, raw: list[dict[str, Any]]) -> None:
    script = make_script(cast)
    with pytest.raises(Invalid):
        interviewing.questions_save(script.pk, raw, actor=actor(cast.max))
    form = {key: [str(entry.get(key, "")) for entry in raw] for key in ("text", "field", "choices")}
    assert client(cast.max).post(f"/scripts/{script.pk}/questions/", form).status_code == 422
    assert len(Script.objects.get(pk=script.pk).questions) == 4


def test_who_may_what_with_scripts_and_interviews(cast: Cast) -> None:
    script = make_script(cast)
    pk = make_customer(cast, "海天包装")
    run = interviewing.begin(script.pk, pk, actor=actor(cast.bob))
    choice, one = f"/interviews/with/{pk}/", f"/interviews/{run.pk}/"
    design, waiting = f"/scripts/{script.pk}/questions/", f"/scripts/{script.pk}/waiting/"

    for person, codes in (
        (cast.bob, (200, 200, 403, 200)),
        (cast.alice, (200, 404, 403, 200)),
        (cast.charlie, (404, 404, 403, 200)),
        (cast.max, (403, 404, 200, 200)),
        (cast.eve, (403, 404, 403, 200)),
        (cast.mallory, (403, 404, 403, 403)),
    ):
        browser = client(person)
        assert tuple(browser.get(url).status_code for url in (choice, one, design, waiting)) == codes, person
    assert client(cast.charlie).post(choice, {"script": script.pk}).status_code == 404
    assert client(cast.alice).post(one, {"number": 1, "answer": "满意"}).status_code == 404
    assert client(cast.bob).post(design, {"text": ["x"], "field": [""], "choices": [""]}).status_code == 403
    assert client(None).get(one).status_code == 302
    with pytest.raises(NotFound):
        interviewing.finish(run.pk, actor=actor(cast.alice))
    assert InterviewRun.objects.get(pk=run.pk).answers == []
