"""Contacts, relations, tags and groups: their constraints, and that they follow their customer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.cast import Cast, actor
from zhike.domain.customers.models import Contact, Customer, Group, Relation
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import delete, record_save, restore

pytestmark = pytest.mark.django_db


def save(key: str, /, **values: Any) -> int:
    return record_save(registry.get(key), values, actor=SYSTEM)


def codes(refusal: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {key: problems[0].code for key, problems in refusal.value.problems.items()}


def test_a_contact_is_seen_by_who_sees_its_customer(cast: Cast) -> None:
    customer = record_save(registry.get("customer"), {"name": "甲公司"}, actor=actor(cast.bob))
    contact = save("contact", customer=customer, name="王经理")
    assert Contact.objects.get(pk=contact).department_id == cast.first.pk
    assert queryset_for(actor(cast.bob), registry.get("contact")).filter(pk=contact).exists()
    assert not queryset_for(actor(cast.charlie), registry.get("contact")).filter(pk=contact).exists()


def test_contacts_relations_interactions_and_tasks_go_and_return_with_their_customer() -> None:
    first, second = save("customer", name="甲"), save("customer", name="乙")
    save("contact", customer=first, name="王经理")
    save("relation", customer=second, other=first, kind="partner")
    save("interaction", customer=first, content="电话")
    save("task", customer=first, title="回访")
    deletion = delete(registry.get("customer"), [first], actor=SYSTEM)
    for key in ("contact", "relation", "interaction", "task"):
        assert not queryset_for(SYSTEM, registry.get(key)).exists(), key
    assert deletion is not None
    restore(registry.get("customer"), [first], actor=SYSTEM)
    for key in ("contact", "relation", "interaction", "task"):
        assert queryset_for(SYSTEM, registry.get(key)).count() == 1, key


def test_a_customer_is_not_related_to_itself() -> None:
    customer = save("customer", name="甲")
    with pytest.raises(Invalid) as refusal:
        save("relation", customer=customer, other=customer, kind="partner")
    assert codes(refusal) == {"other": "to_itself"}


def test_the_database_itself_refuses_a_relation_to_itself() -> None:
    relation = save("relation", customer=save("customer", name="甲"), other=save("customer", name="乙"), kind="partner")
    stored = Relation.objects.get(pk=relation)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.filter(pk=relation).update(other=stored.customer_id)


def test_two_customers_have_a_relation_of_a_kind_once() -> None:
    pair = {"customer": save("customer", name="甲"), "other": save("customer", name="乙")}
    save("relation", **pair, kind="partner")
    save("relation", **pair, kind="referrer")
    with pytest.raises(Invalid) as refusal:
        save("relation", **pair, kind="partner")
    assert codes(refusal) == {"": "taken"}


def test_a_group_never_lies_within_itself() -> None:
    top = save("group", name="上")
    middle = save("group", name="中", parent=top)
    low = save("group", name="下", parent=middle)
    for parent in (top, middle, low):
        with pytest.raises(Invalid) as refusal:
            record_save(registry.get("group"), {"parent": parent}, actor=SYSTEM, id=top)
        assert codes(refusal) == {"parent": "in_itself"}


def test_a_live_group_has_a_filter_and_no_members() -> None:
    with pytest.raises(Invalid) as refusal:
        save("group", name="沉默", kind="live")
    assert codes(refusal) == {"filter": "filter_missing"}
    with pytest.raises(Invalid) as refusal:
        save("group", name="沉默", kind="live", filter={"all": []}, members=[save("customer", name="甲")])
    assert codes(refusal) == {"members": "members_by_filter"}


def test_the_filter_of_a_live_group_must_be_one_that_works() -> None:
    with pytest.raises(Invalid) as refusal:
        save("group", name="沉默", kind="live", filter={"field": "nonsense", "op": "eq", "value": 1})
    assert codes(refusal) == {"filter": "unknown_field"}


def test_a_group_that_becomes_static_loses_its_filter() -> None:
    group = save("group", name="沉默", kind="live", filter={"field": "stage", "op": "eq", "value": "silent"})
    record_save(registry.get("group"), {"kind": "static"}, actor=SYSTEM, id=group)
    assert Group.objects.get(pk=group).filter is None


def test_static_members_are_links_to_customers() -> None:
    members = [save("customer", name=name) for name in ("甲", "乙")]
    group = save("group", name="名单", members=members)
    assert set(Customer.objects.filter(groups=group).values_list("pk", flat=True)) == set(members)
