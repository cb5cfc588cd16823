"""Who is in a group, seen by whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, actor
from zhike.domain.customers.queries import group_customers, groups_below
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import record_save
from zhike.metadata.why import why

pytestmark = pytest.mark.django_db


def save(key: str, by: Actor = SYSTEM, /, **values: Any) -> int:
    return record_save(registry.get(key), values, actor=by)


def names(group: int, by: Actor) -> list[str]:
    rows = group_customers(group, actor=by, columns=("name",), sort=("name",)).page().rows
    return [row.values["name"] for row in rows]


def test_a_live_group_is_evaluated_with_the_rights_of_whoever_looks(cast: Cast) -> None:
    bob, charlie = actor(cast.bob), actor(cast.charlie)
    save("customer", bob, name="A 沉默", stage="silent")
    save("customer", bob, name="B 活跃", stage="active")
    save("customer", charlie, name="C 沉默", stage="silent")
    rule = {"field": "stage", "op": "eq", "value": "silent"}
    group = save("group", name="沉默", kind="live", filter=rule, shared=True)
    assert names(group, SYSTEM) == ["A 沉默", "C 沉默"]
    assert names(group, bob) == ["A 沉默"]
    assert names(group, charlie) == ["C 沉默"]


def test_a_static_group_shows_its_members_as_far_as_one_may_see_them(cast: Cast) -> None:
    bob, charlie = actor(cast.bob), actor(cast.charlie)
    members = [save("customer", bob, name="A"), save("customer", charlie, name="C")]
    save("customer", bob, name="B")
    group = save("group", name="名单", members=members, shared=True)
    assert names(group, SYSTEM) == ["A", "C"]
    assert names(group, bob) == ["A"]


def test_a_group_that_is_not_shared_is_its_owners_alone(cast: Cast) -> None:
    group = registry.get("group")
    pk = save("group", actor(cast.bob), name="我的名单")
    assert queryset_for(actor(cast.bob), group).filter(pk=pk).exists()
    for other in (cast.alice, cast.eve, cast.clara, cast.adam, cast.mallory):
        assert not queryset_for(actor(other), group).filter(pk=pk).exists()
        with pytest.raises(NotFound):
            group_customers(pk, actor=actor(other))
    record = group.model._default_manager.get(pk=pk)
    assert [reason.code for reason in why(actor(cast.alice), group, record)] == ["private"]
    record_save(group, {"shared": True}, actor=actor(cast.bob), id=pk)
    assert queryset_for(actor(cast.charlie), group).filter(pk=pk).exists()
    assert not queryset_for(actor(cast.charlie), group, "edit").filter(pk=pk).exists()


def test_groups_nest_to_any_depth() -> None:
    top = save("group", name="上", shared=True)
    middle = save("group", name="中", parent=top, shared=True)
    low = save("group", name="下", parent=middle, shared=True)
    save("group", name="旁", shared=True)
    assert sorted(groups_below([top], actor=SYSTEM)) == [top, middle, low]
