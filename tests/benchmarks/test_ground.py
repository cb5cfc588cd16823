"""The ground of the measurements: rows past the write path that look as if they had gone through it."""

from __future__ import annotations

import pytest
from django.db import transaction

from benchmarks import copies
from benchmarks.bulk import Bulk
from zhike.domain.activities.models import Interaction
from zhike.domain.customers.models import Contact, Customer
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import Change, TimelineEntry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def test_a_bulk_row_leaves_what_the_write_path_leaves() -> None:
    tag = record_save(registry.get("tag"), {"name": "欠款"}, actor=SYSTEM)
    bulk = Bulk()
    with transaction.atomic():
        (customer,) = bulk.insert(registry.get("customer"), [{"name": "甲", "kind": "company", "tags": [tag]}])
        (interaction,) = bulk.insert(
            registry.get("interaction"),
            [{"customer": customer, "content": "电话", "channel": "call", "happened_at": bulk.now}],
        )
    assert Customer.objects.get(pk=customer).tags.get().pk == tag
    assert TimelineEntry.objects.get(source_key="interaction", source_id=interaction).subject_id == customer
    assert Change.objects.get(object_key="customer", record_id=customer).seq is not None


def test_copies_take_their_contacts_and_history_along() -> None:
    customer = record_save(registry.get("customer"), {"name": "甲", "code": "K1"}, actor=SYSTEM)
    contact = record_save(registry.get("contact"), {"customer": customer, "name": "王经理"}, actor=SYSTEM)
    values = {"customer": customer, "contact": contact, "content": "电话"}
    record_save(registry.get("interaction"), values, actor=SYSTEM)
    copies.copy(copies.ROWS, 2, copies.spans())
    assert Customer.objects.count() == Contact.objects.count() == Interaction.objects.count() == 3
    assert len(set(Contact.objects.values_list("customer_id", flat=True))) == 3
    for entry in TimelineEntry.objects.all():
        assert Interaction.objects.get(pk=entry.source_id).customer_id == entry.subject_id
    assert len(set(Customer.objects.values_list("code", flat=True))) == 3
    record_save(registry.get("customer"), {"name": "新"}, actor=SYSTEM)
