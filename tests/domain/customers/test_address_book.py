"""The private address book: for its owner and nobody else, whatever the role."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor
from zhike.domain.customers.models import AddressEntry
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS
from zhike.metadata.errors import Denied, NotFound
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def test_only_its_owner_sees_a_private_entry(cast: Cast) -> None:
    book = registry.get("address_entry")
    pk = record_save(book, {"name": "妈妈", "kind": "family"}, actor=actor(cast.bob))
    assert queryset_for(actor(cast.bob), book).filter(pk=pk).exists()
    others = [person for name, person in cast.people().items() if name != "bob"]
    assert not any(queryset_for(actor(person), book).filter(pk=pk).exists() for person in others)
    with pytest.raises(NotFound):
        record_save(book, {"name": "别人"}, actor=actor(cast.alice), id=pk)
    assert AddressEntry.objects.get(pk=pk).name == "妈妈"


def test_a_visitor_has_no_address_book() -> None:
    with pytest.raises(Denied):
        record_save(registry.get("address_entry"), {"name": "无人"}, actor=ANONYMOUS)
