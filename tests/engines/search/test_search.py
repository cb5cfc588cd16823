"""What people find by a few characters, and what they must not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.cast import Cast, actor
from zhike.engines.search.listening import TEAM_JOB, run_team
from zhike.engines.search.query import search, searchable
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS, SYSTEM, Actor, FieldAccess
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.records import Row, delete, purge, record_save, restore, save
from zhike.metadata.team import member_add, member_remove

pytestmark = [pytest.mark.django_db, pytest.mark.query]


def saved(object_key: str, *, by: Actor = SYSTEM, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=by)


def found(reader: Actor, text: str, object_key: str = "customer", **options: Any) -> set[int]:
    groups = search(reader, text, object_keys=[object_key], limit=50, **options)
    return {hit.id for group in groups for hit in group.hits}


@pytest.mark.parametrize(
    "text",
    [
        "建国",
        "张建国",
        "張建國",
        "zjg",
        "zhangjianguo",
        "ZhangJianGuo",
        "jianguo",
        "zhangjg",
        "5566",
        "13800005566",
        "138 0000 5566",
        "张 5566",
    ],
)
def test_a_customer_is_found_by_name_pinyin_initials_and_number(text: str) -> None:
    pk = saved("customer", name="张建国", kind="person", phones=["13800005566"])
    saved("customer", name="李四", kind="person", phones=["13900001234"])
    assert found(SYSTEM, text) == {pk}


@pytest.mark.parametrize(
    ("surname", "pinyin"),
    [("单强", "shanqiang"), ("曾强", "zq"), ("仇强", "qiuq"), ("查强", "zha"), ("尉迟强", "yuchi")],
)
def test_surnames_are_read_rightly(surname: str, pinyin: str) -> None:
    assert found(SYSTEM, pinyin) == set()
    pk = saved("customer", name=surname)
    assert found(SYSTEM, pinyin) == {pk}


def test_a_phrase_is_found_only_as_it_stands() -> None:
    pk = saved("customer", name="上海长城贸易有限公司")
    saved("customer", name="长城上海城贸长易有限公司")
    assert found(SYSTEM, "长城贸易") == {pk}


def test_several_words_must_all_be_there_in_any_field() -> None:
    pk = saved("customer", name="华为技术", emails=["lee@huawei.com"], legal_representative="任正非")
    saved("customer", name="华为终端")
    assert found(SYSTEM, "华为 lee") == found(SYSTEM, "rzf 技术") == found(SYSTEM, "lee@huawei.com") == {pk}


@pytest.mark.parametrize(
    "text",
    ["", " ", "！", "'", '"', "\\", "*", ":*", "a & b | !", "') OR 1=1 --", "\x00", "NEAR(", "%", "AND", "OR NOT"],
)
def test_no_text_breaks_the_query(text: str) -> None:
    saved("customer", name="张三")
    assert found(SYSTEM, text) == set()


def test_a_change_moves_the_record_in_the_index() -> None:
    pk = saved("customer", name="张三")
    record_save(registry.get("customer"), {"name": "李四"}, actor=SYSTEM, id=pk)
    assert found(SYSTEM, "zhangsan") == set()
    assert found(SYSTEM, "lisi") == {pk}


def test_a_deleted_record_is_not_found_until_it_is_restored() -> None:
    customer = registry.get("customer")
    pk = saved("customer", name="张三")
    contact = saved("contact", name="王五", customer=pk)
    delete(customer, [pk], actor=SYSTEM)
    assert found(SYSTEM, "张三") == found(SYSTEM, "王五", "contact") == set()
    restore(customer, [pk], actor=SYSTEM)
    assert (found(SYSTEM, "张三"), found(SYSTEM, "王五", "contact")) == ({pk}, {contact})
    delete(customer, [pk], actor=SYSTEM)
    purge(customer, [pk], actor=SYSTEM)
    assert found(SYSTEM, "张三") == set()


def test_everybody_finds_what_is_theirs_and_nothing_else(cast: Cast) -> None:
    pk = saved("customer", by=actor(cast.bob), name="张建国")
    contact = saved("contact", by=actor(cast.bob), name="王建国", customer=pk)
    for reader in (SYSTEM, actor(cast.bob), actor(cast.alice), actor(cast.eve)):
        assert found(reader, "建国") == {pk}
        assert found(reader, "建国", "contact") == {contact}
    for reader in (actor(cast.charlie), actor(cast.mallory), actor(cast.disabled), ANONYMOUS):
        assert found(reader, "建国") == set()
        assert search(reader, "建国") == []


def test_a_customer_given_away_takes_its_contacts_along(cast: Cast) -> None:
    pk = saved("customer", by=actor(cast.bob), name="张建国")
    contact = saved("contact", by=actor(cast.bob), name="王建国", customer=pk)
    record_save(registry.get("customer"), {"owner": cast.charlie.pk, "department": cast.second.pk}, actor=SYSTEM, id=pk)
    assert found(actor(cast.bob), "建国") == found(actor(cast.bob), "建国", "contact") == set()
    assert (found(actor(cast.charlie), "建国"), found(actor(cast.charlie), "建国", "contact")) == ({pk}, {contact})


def test_a_member_of_the_team_finds_the_record_and_what_follows_it(cast: Cast) -> None:
    bob, charlie, customer = actor(cast.bob), actor(cast.charlie), registry.get("customer")
    pk = saved("customer", by=bob, name="张建国")
    contact = saved("contact", by=bob, name="王建国", customer=pk)
    member_add(customer, pk, cast.charlie.pk, access="view", actor=bob)
    assert (found(charlie, "建国"), found(charlie, "建国", "contact")) == ({pk}, {contact})
    member_remove(customer, pk, cast.charlie.pk, actor=bob)
    assert found(charlie, "建国") == found(charlie, "建国", "contact") == set()


def test_what_follows_in_great_number_is_left_to_a_job(cast: Cast) -> None:
    bob, charlie = actor(cast.bob), actor(cast.charlie)
    pk = saved("customer", by=bob, name="张建国")
    for part in range(2):
        rows = [Row({"name": f"王建国{part}{n}", "customer": pk}) for n in range(60)]
        save(registry.get("contact"), rows, actor=bob)
    member_add(registry.get("customer"), pk, cast.charlie.pk, access="view", actor=bob)
    assert (len(found(charlie, "建国")), len(found(charlie, "建国", "contact"))) == (1, 0)
    run_team(JobRun(Job.objects.get(kind=TEAM_JOB)))
    assert len(found(charlie, "建国", "contact")) == 50


def test_a_private_record_is_found_by_its_owner_alone(cast: Cast) -> None:
    pk = saved("address_entry", by=actor(cast.bob), name="张建国")
    assert found(actor(cast.bob), "建国", "address_entry") == {pk}
    assert found(actor(cast.alice), "建国", "address_entry") == found(actor(cast.eve), "建国", "address_entry") == set()


@pytest.mark.parametrize("access", [FieldAccess.MASKED, FieldAccess.HIDDEN])
def test_what_is_masked_or_hidden_finds_nothing(cast: Cast, access: FieldAccess) -> None:
    pk = saved("customer", by=actor(cast.bob), name="张建国", phones=["13800005566"], emails=["zjg@example.com"])
    reader = replace(actor(cast.bob), field_access={("customer", "phones"): access, ("customer", "emails"): access})
    assert found(reader, "5566") == found(reader, "13800005566") == found(reader, "example") == set()
    assert found(reader, "建国 5566") == set()
    assert found(reader, "建国") == {pk}
    [group] = search(reader, "建国", object_keys=["customer"])
    assert "5566" not in group.hits[0].subtitle or access is FieldAccess.MASKED
    assert "0000" not in group.hits[0].subtitle


def test_a_hidden_title_neither_finds_nor_ranks_nor_shows(cast: Cast) -> None:
    pk = saved("customer", by=actor(cast.bob), name="张建国", code="K-100")
    reader = replace(actor(cast.bob), field_access={("customer", "name"): FieldAccess.HIDDEN})
    assert found(reader, "建国") == set()
    [group] = search(reader, "K-100", object_keys=["customer"])
    assert [(hit.id, hit.title) for hit in group.hits] == [(pk, f"#{pk}")]


def test_a_token_searches_only_what_it_may_read(cast: Cast) -> None:
    pk = saved("customer", by=actor(cast.bob), name="张建国")
    reader = replace(actor(cast.bob), token_scopes=frozenset({"contact:read"}))
    assert found(reader, "建国") == set()
    assert found(replace(reader, token_scopes=frozenset({"customer:read"})), "建国") == {pk}


def test_hits_come_in_groups_with_the_best_first() -> None:
    third = saved("customer", name="深圳华为终端贸易")
    second = saved("customer", name="华为技术")
    first = saved("customer", name="华为")
    contact = saved("contact", name="华为民", customer=first)
    groups = search(SYSTEM, "华为", limit=2)
    assert [(group.object_type.key, [hit.id for hit in group.hits], group.more) for group in groups] == [
        ("customer", [first, second], True),
        ("contact", [contact], False),
    ]
    assert groups[0].hits[0].url == f"/o/customers/{first}/"
    assert "华为" in groups[1].hits[0].subtitle
    assert third not in {hit.id for hit in groups[0].hits}


def test_hits_outside_ones_reach_do_not_crowd_out_ones_own(cast: Cast) -> None:
    for number in range(60):
        saved("customer", by=actor(cast.charlie), name="华为")
        saved("customer", by=actor(cast.charlie), name=f"华为{number}")
    own = saved("customer", by=actor(cast.bob), name="一家与华为有关的很长名字的公司")
    assert found(actor(cast.bob), "华为") == {own}


def test_types_that_are_not_searched_are_refused() -> None:
    with pytest.raises(UnknownObject):
        search(SYSTEM, "建国", object_keys=["relation"])
    with pytest.raises(UnknownObject):
        search(SYSTEM, "建国", object_keys=["nothing"])
    assert {"customer", "contact", "task"} <= {found.key for found in searchable(SYSTEM)}


def test_a_search_costs_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    customer = saved("customer", by=actor(cast.bob), name="张建国")
    for number in range(20):
        saved("contact", by=actor(cast.bob), name=f"王建国{number}", customer=customer)
        saved("task", by=actor(cast.bob), title=f"给建国打电话{number}", customer=customer)
    reader = actor(cast.bob)
    with django_assert_max_num_queries(8):
        assert len(search(reader, "建国")) == 3
