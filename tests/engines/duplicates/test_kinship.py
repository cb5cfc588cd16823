"""Records of different types that are the same: a person and a firm's contact, a lead and a customer, a lead and a contact."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from tests.engines.duplicates.test_finding import customer, run
from zhike.domain.leads.services.converting import lead_convert
from zhike.engines.duplicates import scanning
from zhike.engines.duplicates.building import signature
from zhike.engines.duplicates.kin_finding import kin_found, kin_found_of_many
from zhike.engines.duplicates.kin_pairs import kin_different_say, kin_pair_count, kin_pairs_page
from zhike.engines.duplicates.models import KinPair
from zhike.engines.duplicates.scanning import run_scan, scan
from zhike.jobs.models import Job
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, NotFound
from zhike.metadata.object_type import Identity
from zhike.metadata.records import delete, record_save, restore

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small bases are compared in few steps, and across types in several."""
    monkeypatch.setattr(scanning, "SLICES", 4)
    monkeypatch.setattr(scanning, "KEYS_AT_ONCE", 1)


PERSON = {"name": "王建国", "kind": "person", "phones": ["13912341234"]}


def contact(name: str, firm: int, **values: object) -> int:
    return record_save(registry.get("contact"), {"name": name, "customer": firm, **values}, actor=SYSTEM)


def lead(name: str, **values: object) -> int:
    return record_save(registry.get("lead"), {"name": name, "kind": "company", **values}, actor=SYSTEM)


def found(key: str, **values: object) -> list[tuple[str, int]]:
    hits = kin_found(registry.get(key), values, actor=SYSTEM)
    return [(hit.object_type.key, hit.found.record_id) for hit in hits]


def compare(cast: Cast, key: str = "customer") -> list[tuple[str, int, str, int]]:
    told = run_scan(run(scan(registry.get(key), actor=actor(cast.clara))))
    Job.objects.update(state=Job.State.DONE)
    pairs = KinPair.objects.filter(state="open").order_by("left_key", "left_id", "right_id")
    assert told["across"] <= len(pairs)
    return [(pair.left_key, pair.left_id, pair.right_key, pair.right_id) for pair in pairs]


def test_a_person_is_known_from_being_a_firms_contact_and_the_other_way_round() -> None:
    firm = customer("苏州恒泰精密模具有限公司")
    pk = contact("王建国", firm, phones=["13912341234"])
    assert found("customer", **PERSON) == [("contact", pk)]
    person = record_save(registry.get("customer"), PERSON, actor=SYSTEM)
    assert found("contact", name="建国王", customer=firm, phones=["139 1234 1234"]) == [("customer", person)]
    assert found("contact", name="李红", customer=firm, phones=["13912341234"]) == []


def test_a_contact_of_the_person_themselves_is_no_duplicate(cast: Cast) -> None:
    person = record_save(registry.get("customer"), PERSON, actor=SYSTEM)
    assert found("contact", name="王建国", customer=person, phones=["13912341234"]) == []
    contact("王建国", person, phones=["13912341234"])
    assert compare(cast) == []


def test_a_lead_is_known_as_a_customer_and_its_person_as_a_contact() -> None:
    firm = customer("苏州恒泰精密模具有限公司")
    person = contact("王建国", firm, phones=["13912341234"])
    given = {"name": "恒泰精密模具（苏州）", "kind": "company", "contact_name": "王建国", "phones": ["13912341234"]}
    assert found("lead", **given) == [("contact", person), ("customer", firm)]
    pk = lead(**given)  # type: ignore[arg-type]
    assert found("contact", name="王建国", customer=firm, phones=["13912341234"]) == [("lead", pk)]


def test_a_firm_and_its_contact_with_the_same_number_are_not_the_same(cast: Cast) -> None:
    firm = customer("苏州恒泰精密模具有限公司", phones=["13912341234"])
    contact("王建国", firm, phones=["13912341234"])
    assert compare(cast) == []


def test_fields_that_the_reader_sees_masked_prove_nothing_on_either_side(cast: Cast) -> None:
    firm = customer("苏州恒泰精密模具有限公司")
    contact("王建国", firm, phones=["13912341234"])
    seen = [kin_found(registry.get("customer"), PERSON, actor=actor(user)) for user in (cast.bob, cast.max)]
    assert [len(hits) for hits in seen] == [1, 0]
    assert kin_found(registry.get("customer"), PERSON, actor=actor(cast.mallory)) == []


def test_the_base_is_compared_across_types_and_follows_deleting(cast: Cast) -> None:
    firm = customer("苏州恒泰精密模具有限公司")
    one = contact("王建国", firm, phones=["13912341234"])
    person = record_save(registry.get("customer"), PERSON, actor=SYSTEM)
    pk = lead("恒泰精密模具（苏州）", contact_name="张伟")
    both = [("contact", one, "customer", person), ("lead", pk, "customer", firm)]
    assert compare(cast) == both
    assert compare(cast, "lead") == both
    delete(registry.get("contact"), [one], actor=SYSTEM)
    assert kin_pair_count(actor(cast.clara), registry.get("customer")) == 1
    assert compare(cast) == both[1:]
    restore(registry.get("contact"), [one], actor=SYSTEM)
    assert compare(cast) == both


def test_what_was_said_to_differ_is_not_proposed_again(cast: Cast) -> None:
    customers = registry.get("customer")
    firm = customer("苏州恒泰精密模具有限公司")
    contact("王建国", firm, phones=["13912341234"])
    record_save(customers, PERSON, actor=SYSTEM)
    compare(cast)
    (pair,), _following = kin_pairs_page(actor(cast.clara), customers)
    with pytest.raises(Denied):
        kin_different_say(customers, pair.pk, actor=actor(cast.bob))
    kin_different_say(customers, pair.pk, actor=actor(cast.clara))
    assert compare(cast) == []
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by_id) == ("different", cast.clara.pk)
    with pytest.raises(NotFound):
        kin_different_say(customers, pair.pk, actor=actor(cast.clara))


def test_a_conversion_into_the_customer_settles_the_pair_at_once(cast: Cast) -> None:
    firm = customer("苏州恒泰精密模具有限公司")
    pk = lead("恒泰精密模具（苏州）")
    compare(cast)
    clara = actor(cast.clara)
    assert kin_pair_count(clara, registry.get("lead")) == 1
    lead_convert([pk], actor=SYSTEM, customer=firm, opportunity=False)
    assert kin_pair_count(clara, registry.get("lead")) == 0
    assert compare(cast) == []


def test_a_killed_comparison_goes_on_across_types_where_it_stood(cast: Cast) -> None:
    firm = customer("苏州恒泰精密模具有限公司")
    pk = lead("恒泰精密模具（苏州）")
    job = run(scan(registry.get("customer"), actor=actor(cast.clara)))
    job.keep({"slice": scanning.SLICES, "built": None, "pairs": 0, "plan": [2, 2], "across": 2})
    run_scan(job)
    assert [(pair.left_id, pair.right_id) for pair in KinPair.objects.all()] == [(pk, firm)]


def test_many_rows_ask_the_base_as_often_as_one() -> None:
    customer("苏州恒泰精密模具有限公司")
    given = [{"name": f"恒泰{place}精密", "kind": "company", "contact_name": "王建国"} for place in range(60)]
    counts = []
    for some in (given[:1], given):
        with CaptureQueriesContext(connection) as queries:
            kin_found_of_many(registry.get("lead"), some, actor=SYSTEM)
        counts.append(len(queries))
    assert counts[0] <= counts[1] <= 6


def test_keys_do_not_depend_on_what_is_compared_with_what() -> None:
    """Else a rule more would mean building the keys of a million records anew."""
    leads = registry.get("lead")
    assert isinstance(leads.identity, Identity)
    assert "kindred" not in repr(leads.identity)
    assert signature(leads) == signature(leads)
