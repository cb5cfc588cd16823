"""The recycle bin: what goes in together comes back together, and nothing else."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor
from zhike.domain.activities.models import Interaction
from zhike.domain.customers.models import Contact, Customer
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import Change, TimelineEntry
from zhike.metadata.records import delete, purge, record_save, restore

pytestmark = [pytest.mark.django_db, pytest.mark.write]


@pytest.fixture
def firm(cast: Cast) -> int:
    return record_save(registry.get("customer"), {"name": "甲", "kind": "company"}, actor=actor(cast.bob))


def contact(firm: int, name: str) -> int:
    return record_save(registry.get("contact"), {"name": name, "customer": firm}, actor=SYSTEM)


def live(model: type[Contact] | type[Customer]) -> set[str]:
    return set(model.objects.filter(deletion__isnull=True).values_list("name", flat=True))


def test_children_go_and_return_with_their_parent(cast: Cast, firm: int) -> None:
    bob = actor(cast.bob)
    contact(firm, "张")
    values = {"customer": firm, "channel": "call", "content": "谈了价格"}
    record_save(registry.get("interaction"), values, actor=bob)
    assert TimelineEntry.objects.filter(subject_id=firm).count() == 1
    delete(registry.get("customer"), [firm], actor=bob)
    assert (live(Customer), live(Contact), TimelineEntry.objects.count()) == (set(), set(), 0)
    restore(registry.get("customer"), [firm], actor=bob)
    assert (live(Customer), live(Contact)) == ({"甲"}, {"张"})
    assert Interaction.objects.filter(deletion__isnull=True).exists()
    assert TimelineEntry.objects.get(subject_id=firm).title == "谈了价格"


def test_a_child_deleted_before_stays_deleted(cast: Cast, firm: int) -> None:
    early = contact(firm, "早走的")
    contact(firm, "一起走的")
    delete(registry.get("contact"), [early], actor=SYSTEM)
    delete(registry.get("customer"), [firm], actor=SYSTEM)
    restore(registry.get("customer"), [firm], actor=SYSTEM)
    assert live(Contact) == {"一起走的"}


def test_one_of_many_deleted_together_can_return_alone(cast: Cast, firm: int) -> None:
    other = record_save(registry.get("customer"), {"name": "乙", "kind": "company"}, actor=SYSTEM)
    contact(firm, "甲的人")
    contact(other, "乙的人")
    delete(registry.get("customer"), [firm, other], actor=SYSTEM)
    restore(registry.get("customer"), [other], actor=SYSTEM)
    assert (live(Customer), live(Contact)) == ({"乙"}, {"乙的人"})


def test_a_child_cannot_return_without_its_parent(cast: Cast, firm: int) -> None:
    child = contact(firm, "张")
    delete(registry.get("customer"), [firm], actor=SYSTEM)
    assert restore(registry.get("contact"), [child], actor=SYSTEM).refused[child].code == "parent_deleted"


def test_final_removal_leaves_only_the_log(cast: Cast, firm: int) -> None:
    contact(firm, "张")
    delete(registry.get("customer"), [firm], actor=SYSTEM)
    purge(registry.get("customer"), [firm], actor=actor(cast.clara))
    assert not Customer.objects.exists()
    assert not Contact.objects.exists()
    purged = Change.objects.filter(action="purge").values_list("object_key", flat=True)
    assert sorted(purged) == ["contact", "customer"]


def test_what_is_out_of_reach_is_refused_and_stays(cast: Cast, firm: int) -> None:
    result = delete(registry.get("customer"), [firm], actor=actor(cast.charlie))
    assert (result.done, result.refused[firm].code, live(Customer)) == ([], "not_found", {"甲"})
