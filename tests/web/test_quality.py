"""The pages of data quality: rules in the settings, figures and overdue entries, inspections."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast, actor, client
from tests.web.records import customers
from zhike.domain.customers.models import Customer
from zhike.domain.quality.cleaning import run_cleaning
from zhike.domain.quality.models import Inspection, InspectionItem, QualityRules, QualityScore
from zhike.domain.quality.preview import rules_preview
from zhike.domain.quality.rules import rules_save
from zhike.domain.quality.scoring import refresh
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.query]

FORM = {"kind": "company", "tier": "", "weight:name": "2", "weight:phones": "3", "required:phones": "1"}


def test_rules_are_edited_in_the_browser(cast: Cast) -> None:
    browser, page = client(cast.adam), reverse("settings_quality")
    assert "统一社会信用代码" in browser.get(page).content.decode()
    sent = {**FORM, "hours:phones": "24", "by:phones": "creator", "stale_days": "90"}
    assert browser.post(page, sent).status_code == 302
    definition = QualityRules.objects.get().definition
    company = next(group for group in definition["groups"] if group["kind"] == "company")
    assert company["stale_days"] == 90
    assert company["fields"] == [
        {"key": "name", "weight": 2, "required": False, "hours": 0, "by": "owner"},
        {"key": "phones", "weight": 3, "required": True, "hours": 24, "by": "creator"},
    ]
    assert any(group["kind"] == "person" for group in definition["groups"]), "others stay as they were"
    assert Job.objects.filter(kind="quality.score_all").exists()


def test_a_tier_gets_rules_of_its_own_and_loses_them_again(cast: Cast) -> None:
    browser, page = client(cast.adam), reverse("settings_quality")
    browser.post(page, {**FORM, "tier": "high", "weight:needs": "5"})
    assert [group["tier"] for group in QualityRules.objects.latest("pk").definition["groups"]] == ["", "", "high"]
    browser.post(page, {"kind": "company", "tier": "high", "do": "remove"})
    assert [group["tier"] for group in QualityRules.objects.latest("pk").definition["groups"]] == ["", ""]


def test_whom_rules_would_move_is_shown_before_they_are_saved(cast: Cast) -> None:
    [rich] = customers(cast.bob, "海天包装", phones=["13800001234"])
    [poor] = customers(cast.bob, "星光印务")
    browser, page = client(cast.adam), reverse("settings_quality")
    before = dict(QualityScore.objects.values_list("customer_id", "score"))
    assert before[rich] > before[poor]
    typed = {**FORM, "weight:name": "1", "weight:phones": "1", "hours:phones": "0", "do": "preview"}

    shown = browser.post(page, typed).content.decode()

    assert "位客户的完整度会变" in shown
    assert "海天包装" not in shown, "who does not see customers gets numbers alone"
    assert 'name="weight:phones" value="1"' in shown
    assert not QualityRules.objects.exists()
    assert dict(QualityScore.objects.values_list("customer_id", "score")) == before
    definition = {
        "groups": [
            {
                "kind": "company",
                "tier": "",
                "stale_days": None,
                "fields": [
                    {"key": "name", "weight": 1, "required": False, "hours": 0, "by": "owner"},
                    {"key": "phones", "weight": 1, "required": True, "hours": 0, "by": "owner"},
                ],
            }
        ]
    }
    told = rules_preview(definition, actor=replace(actor(cast.bob), privileges=frozenset({"settings"})))
    assert (told.population, told.rising, told.falling) == (2, 2, 0)
    assert (told.average(told.after), told.overdue_before, told.overdue_after) == (75, 0, 1)
    assert {(mover.id, mover.new) for mover in told.movers} == {(rich, 100), (poor, 50)}
    rules_save(definition, actor=replace(actor(cast.bob), privileges=frozenset({"settings"})))
    with storage().write_transaction():
        refresh(Q())
    assert dict(QualityScore.objects.values_list("customer_id", "score")) == {rich: 100, poor: 50}, "as it was shown"


@pytest.mark.parametrize("wrong", [{"weight:name": "x"}, {"weight:name": "101"}, {"stale_days": "0"}])
def test_nothing_typed_is_lost_when_rules_are_refused(cast: Cast, wrong: dict[str, str]) -> None:
    answer = client(cast.adam).post(reverse("settings_quality"), {**FORM, **wrong})
    assert answer.status_code == 422
    assert 'name="weight:phones" value="3"' in answer.content.decode()
    assert not QualityRules.objects.exists()


def test_the_record_names_what_is_missing_and_leads_to_it(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    page = client(cast.bob).get(f"/o/customers/{pk}/").content.decode()
    assert "18%" in page, "5 of 28"
    assert 'class="badge tone-amber" href="#fact-phones"' in page
    saved = client(cast.bob).post(f"/o/customers/{pk}/facts/phones/", {"phones": "13800001234"}).content.decode()
    assert "36%" in saved


def test_everybody_sees_their_own_figures_and_managers_their_people(cast: Cast) -> None:
    customers(cast.bob, "鲍勃的客户")
    customers(cast.charlie, "查理的客户")
    Customer.objects.update(created_at=F("created_at") - timedelta(days=10))
    refresh(Q())
    shown = {
        name: client(user).get(reverse("quality_overview")).content.decode()
        for name, user in cast.people().items()
        if name in {"bob", "alice", "charlie", "eve", "clara"}
    }
    sees = {name: ("鲍勃的客户" in page, "查理的客户" in page) for name, page in shown.items()}
    assert sees == {
        "bob": (True, False),
        "alice": (True, False),
        "charlie": (False, True),
        "eve": (True, True),
        "clara": (True, True),
    }
    assert "按人员" in shown["alice"]
    assert "按人员" not in shown["bob"]
    assert client(cast.mallory).get(reverse("quality_overview")).status_code == 403


def test_the_page_costs_twelve_statements_at_most(cast: Cast) -> None:
    customers(cast.bob, *(f"客户{number}" for number in range(30)))
    Customer.objects.update(created_at=F("created_at") - timedelta(days=10))
    refresh(Q())
    browser = client(cast.alice)
    browser.get(reverse("quality_overview"))
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(reverse("quality_overview")).status_code == 200
    assert len(captured) <= 12, "\n".join(query["sql"][:150] for query in captured)


def test_an_inspection_is_drawn_and_judged_in_the_browser(cast: Cast) -> None:
    customers(cast.bob, "海天包装", phones=["13800001234"])
    browser = client(cast.alice)
    drawn = browser.post(reverse("inspections"), {"user": cast.bob.pk, "size": "10"})
    assert drawn.status_code == 302
    page = browser.get(drawn["Location"]).content.decode()
    assert "海天包装" in page
    assert "138 0000 1234" in page
    item = InspectionItem.objects.get(field_key="phones")
    place = reverse("inspection_item", kwargs={"inspection_id": Inspection.objects.get().pk, "item_id": item.pk})
    told = browser.post(place, {"verdict": "wrong"}, headers={"HX-Target": f"item-{item.pk}"}).content.decode()
    assert "有误 1 项" in told
    assert "差错率 100%" in told
    assert browser.post(place, {"verdict": "maybe"}).status_code == 422
    assert browser.post(reverse("inspections"), {"user": cast.charlie.pk, "size": "10"}).status_code == 422


def test_inspections_stay_within_reach(cast: Cast) -> None:
    customers(cast.bob, "海天包装", phones=["13800001234"])
    client(cast.alice).post(reverse("inspections"), {"user": cast.bob.pk, "size": "10"})
    made, item = Inspection.objects.get(), InspectionItem.objects.first()
    assert item is not None
    page = reverse("inspection", kwargs={"inspection_id": made.pk})
    place = reverse("inspection_item", kwargs={"inspection_id": made.pk, "item_id": item.pk})
    people = {name: user for name, user in cast.people().items() if name not in {"disabled", "expired"}}
    answers = {name: client(user).get(page).status_code for name, user in people.items()}
    assert {name for name, status in answers.items() if status == 200} == {"alice", "bob", "clara", "eve"}
    assert {answers[name] for name in ("charlie", "max", "sara")} == {404}
    judged = {name: client(user).post(place, {"verdict": "right"}).status_code for name, user in people.items()}
    assert {name for name, status in judged.items() if status == 302} == {"alice", "clara", "eve"}
    assert judged["bob"] == 403
    assert client(cast.mallory).get(reverse("inspections")).status_code == 403
    assert client(cast.bob).post(reverse("inspections"), {"user": cast.bob.pk, "size": "1"}).status_code == 403


def test_the_search_for_wrong_values_is_for_who_may_change_customers(cast: Cast) -> None:
    assert client(cast.alice).post(reverse("quality_search")).status_code == 302
    assert Job.objects.filter(kind="verification.search", actor_id=cast.alice.pk).exists()
    assert client(cast.max).post(reverse("quality_search")).status_code == 403
    assert client(cast.mallory).post(reverse("quality_search")).status_code == 403


def test_cleaning_is_shown_first_done_as_a_job_and_taken_back(cast: Cast) -> None:
    place = {"city": "苏州", "street": "前进路　１号"}
    [pk] = customers(cast.bob, "ＡＢＣ包装　有限公司", address=place)
    [foreign] = customers(cast.charlie, "ＡＢＣ")
    browser, page = client(cast.bob), reverse("quality_clean")
    shown = browser.get(page).content.decode()
    assert "ABC包装 有限公司" in shown
    assert Customer.objects.get(pk=pk).name == "ＡＢＣ包装 有限公司", "looking writes nothing"
    assert browser.post(page).status_code == 302
    job = Job.objects.get(kind="quality.clean")
    Job.objects.filter(pk=job.pk).update(state="running", worker="w", attempts=1)
    assert run_cleaning(JobRun(Job.objects.get(pk=job.pk))) == {"done": 1, "unchanged": 0, "refused": 0}
    found = Customer.objects.get(pk=pk)
    assert (found.name, found.address["province"], found.address["city"]) == ("ABC包装 有限公司", "江苏省", "苏州市")
    assert Customer.objects.get(pk=foreign).name == "ＡＢＣ"
    Job.objects.filter(pk=job.pk).update(state="done")
    assert browser.post(f"/jobs/{job.pk}/undo/").status_code == 204
    assert Customer.objects.get(pk=pk).name == "ＡＢＣ包装 有限公司"
    assert client(cast.max).get(page).status_code == 403
    assert client(cast.max).post(page).status_code == 403
