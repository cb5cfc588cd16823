"""Pairs of different types: the hint while typing, the page, what it offers, and the same for programs."""

from __future__ import annotations

import pytest

from tests.api.caller import caller
from tests.cast import Cast, actor, client
from tests.engines.duplicates.test_finding import run
from zhike.domain.leads.models import Lead
from zhike.engines.duplicates import scanning
from zhike.engines.duplicates.models import KinPair
from zhike.engines.duplicates.scanning import run_scan, scan
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db

NAME = "苏州恒泰精密模具有限公司"


@pytest.fixture(autouse=True)
def few_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SLICES", 4)


@pytest.fixture
def firm(cast: Cast) -> int:
    values = {"name": NAME, "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk}
    return record_save(registry.get("customer"), values, actor=SYSTEM)


@pytest.fixture
def lead(cast: Cast, firm: int) -> int:
    values = {"name": "恒泰精密模具（苏州）", "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk}
    return record_save(registry.get("lead"), values, actor=SYSTEM)


def pair(cast: Cast) -> KinPair:
    run_scan(run(scan(registry.get("customer"), actor=actor(cast.clara))))
    return KinPair.objects.get()


def test_somebody_who_types_a_lead_is_told_of_the_customer(cast: Cast, firm: int) -> None:
    given = {"name": "恒泰精密模具", "kind": "company"}
    page = client(cast.bob).post("/o/leads/duplicates/hints/", given).content.decode()
    assert f'href="/o/customers/{firm}/"' in page
    assert "客户</span>" in page
    foreign = client(cast.charlie).post("/o/leads/duplicates/hints/", given).content.decode()
    assert NAME not in foreign
    assert "苏州****公司" in foreign
    assert "/o/customers/duplicates/ask/" in foreign


def test_the_page_shows_both_and_offers_to_convert_into_the_customer(cast: Cast, firm: int, lead: int) -> None:
    pair(cast)
    alice = client(cast.alice)
    page = alice.get("/o/customers/duplicates/across/").content.decode()
    assert f'href="/o/customers/{firm}/"' in page
    assert f'href="/o/leads/{lead}/"' in page
    assert "除地区和组织形式外名称相同" in page
    address = f"/o/leads/{lead}/action/convert/"
    assert f'href="{address}?customer={firm}"' in page
    assert NAME in alice.get(f"{address}?customer={firm}").content.decode()
    assert "/o/customers/duplicates/across/" in alice.get("/o/customers/duplicates/").content.decode()
    assert alice.post(address, {"customer": firm}).status_code == 204
    assert Lead.objects.get(pk=lead).customer_id == firm
    assert f"/o/leads/{lead}/" not in alice.get("/o/leads/duplicates/across/").content.decode()


def test_only_who_may_merge_both_sees_and_decides(cast: Cast, firm: int, lead: int) -> None:
    found = pair(cast)
    for user in (cast.bob, cast.max, cast.eve, cast.mallory):
        browser = client(user)
        assert browser.get("/o/customers/duplicates/across/").status_code == 403
        assert browser.post(f"/o/customers/duplicates/across/{found.pk}/different/").status_code == 403
    record_save(registry.get("lead"), {"owner": cast.charlie.pk, "department": cast.second.pk}, actor=SYSTEM, id=lead)
    alice = client(cast.alice)
    assert "恒泰" not in alice.get("/o/customers/duplicates/across/").content.decode()
    assert alice.post(f"/o/customers/duplicates/across/{found.pk}/different/").status_code == 404
    assert client(cast.clara).post(f"/o/leads/duplicates/across/{found.pk}/different/").status_code == 200
    found.refresh_from_db()
    assert found.state == "different"
    assert alice.get("/o/tasks/duplicates/across/").status_code == 404


def test_programs_read_and_decide(cast: Cast, firm: int, lead: int) -> None:
    given = {"name": "恒泰精密模具", "kind": "company"}
    told = caller(cast.bob).post("/leads/duplicates", given).json()["data"]
    assert [(hit["object"], hit["id"]) for hit in told] == [("lead", lead), ("customer", firm)]
    found = pair(cast)
    assert caller(cast.bob).get("/leads/duplicates/across").status_code == 403
    alice = caller(cast.alice)
    answer = alice.get("/customers/duplicates/across").json()
    sides = [{"object": "lead", "id": lead}, {"object": "customer", "id": firm}]
    assert [entry["records"] for entry in answer["data"]] == [sides]
    assert answer["next"] is None
    assert alice.get("/customers/duplicates/across?after=x").status_code == 422
    assert caller(cast.bob).post(f"/leads/duplicates/across/{found.pk}/different", {}).status_code == 403
    assert alice.post(f"/leads/duplicates/across/{found.pk}/different", {}).json()["state"] == "different"
    assert alice.post(f"/leads/duplicates/across/{found.pk}/different", {}).status_code == 404
    assert alice.get("/customers/duplicates/across").json()["data"] == []
