"""A phone's address book comes in through the browser, to who sent it or to a customer within reach."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from tests.cast import Cast, actor, client
from zhike.accounts.models import User
from zhike.domain.customers.models import AddressEntry, Contact
from zhike.metadata import registry
from zhike.metadata.models import Change
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

CARDS = "BEGIN:VCARD\nVERSION:3.0\nFN:张三\nTEL:13800138000\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:李四\nEND:VCARD\n"


def send(user: User | None, content: str = CARDS, **data: object) -> HttpResponse:
    file = SimpleUploadedFile("手机.vcf", content.encode(), content_type="text/vcard")
    return client(user).post("/vcards/", {"file": file, **data})


def test_cards_come_into_the_senders_own_address_book(cast: Cast) -> None:
    answer = send(cast.bob)
    assert "2" in answer.content.decode()
    assert sorted(AddressEntry.objects.values_list("name", "owner__name")) == [("张三", "Bob"), ("李四", "Bob")]
    assert "张三" in client(cast.bob).get("/o/address_book/").content.decode()
    assert "张三" not in client(cast.clara).get("/o/address_book/").content.decode()


def test_cards_become_contacts_of_a_customer_within_reach(cast: Cast) -> None:
    firm = record_save(registry.get("customer"), {"name": "甲"}, actor=actor(cast.bob))
    assert send(cast.bob, customer=firm).status_code == 200
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["张三", "李四"]
    before = Change.objects.count()
    assert "没有" in send(cast.charlie, customer=firm).content.decode()
    assert send(cast.mallory, customer=firm).status_code == 403
    assert send(None).status_code == 302
    assert (Contact.objects.count(), Change.objects.count()) == (2, before)


@pytest.mark.parametrize("content", ["", "no card", "BEGIN:VCARD"])
def test_what_is_no_vcard_is_refused_with_a_reason(cast: Cast, content: str) -> None:
    assert send(cast.bob, content).status_code == 422
    assert client(cast.bob).post("/vcards/", {}).status_code == 422
    assert not AddressEntry.objects.exists()
