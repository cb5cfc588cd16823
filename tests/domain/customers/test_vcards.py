"""vCards into the private address book and into a customer's contacts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, actor
from zhike.domain.customers.models import AddressEntry, Contact
from zhike.domain.customers.services.vcards import address_book_import, contacts_import
from zhike.metadata import registry
from zhike.metadata.errors import Invalid
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db

OLD_PHONE = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=BB=BA=E5=9B=BD;;;
TEL;CELL:138-0000-1234
TEL;WORK;VOICE:0512-65001234
ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;=E4=B8=AD=E5=B1=B1=E8=B7=AF1=E5=8F=B7;=E8=8B=8F=E5=B7=9E=E5=B8=82;=E6=B1=9F=E8=8B=8F=E7=9C=81;215000;
BDAY:1985-03-12
NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=A4=A7=E5=AD=A6=
=E5=90=8C=E5=AD=A6
END:VCARD
"""
NEW_PHONE = """BEGIN:VCARD
VERSION:3.0
N:李;雷;;;
FN:李雷
ORG:恒泰;采购部
TITLE:采购经理
item1.TEL:13700001111
item1.X-ABLabel:手机
EMAIL;TYPE=INTERNET:LiLei@Example.com
BDAY;VALUE=date:--0312
IMPP;X-SERVICE-TYPE=WeChat:wechat:lilei_1
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Ann Smith
TEL;VALUE=uri;TYPE=cell:tel:+1-202-555-0143
BDAY:16040312
END:VCARD
"""


def entries(owner: Any) -> dict[str, AddressEntry]:
    return {entry.name: entry for entry in AddressEntry.objects.filter(owner=owner)}


def test_cards_of_old_and_new_telephones_come_into_ones_own_book(cast: Cast) -> None:
    taken = address_book_import((OLD_PHONE + NEW_PHONE).encode(), actor=actor(cast.bob))
    assert (taken.created, taken.updated, taken.known, taken.refused) == (3, 0, 0, [])
    book = entries(cast.bob)
    wang = book["王建国"]
    assert wang.phones == ["+8613800001234", "+8651265001234"]
    assert (wang.birthday, wang.note) == ("1985-03-12", "大学同学")
    assert wang.address == {"province": "江苏省", "city": "苏州市", "street": "中山路1号", "postcode": "215000"}
    lei = book["李雷"]
    assert (lei.wechat, lei.birthday, lei.note) == ("lilei_1", "--03-12", "恒泰 采购部")
    assert lei.emails == ["LiLei@example.com"]
    assert book["Ann Smith"].birthday == "--03-12"


def test_a_file_in_gb18030_is_read_too(cast: Cast) -> None:
    address_book_import(NEW_PHONE.encode("gb18030"), actor=actor(cast.bob))
    assert "李雷" in entries(cast.bob)


def test_taking_the_same_file_twice_changes_nothing(cast: Cast) -> None:
    address_book_import(NEW_PHONE.encode(), actor=actor(cast.bob))
    again = address_book_import(NEW_PHONE.encode(), actor=actor(cast.bob))
    assert (again.created, again.updated, again.known) == (0, 0, 2)


def test_a_card_adds_what_is_new_and_overwrites_nothing(cast: Cast) -> None:
    values = {"name": "李雷", "phones": ["13700001111"], "note": "表弟", "kind": "family"}
    record_save(registry.get("address_entry"), values, actor=actor(cast.bob))
    taken = address_book_import(NEW_PHONE.encode(), actor=actor(cast.bob))
    assert (taken.created, taken.updated) == (1, 1)
    lei = entries(cast.bob)["李雷"]
    assert (lei.note, lei.kind, lei.wechat) == ("表弟", "family", "lilei_1")


def test_namesakes_with_other_numbers_are_other_people(cast: Cast) -> None:
    record_save(registry.get("address_entry"), {"name": "李雷", "phones": ["13900009999"]}, actor=actor(cast.bob))
    assert address_book_import(NEW_PHONE.encode(), actor=actor(cast.bob)).created == 2


def test_ones_book_is_not_compared_with_anybody_elses(cast: Cast) -> None:
    address_book_import(NEW_PHONE.encode(), actor=actor(cast.alice))
    assert address_book_import(NEW_PHONE.encode(), actor=actor(cast.bob)).created == 2
    assert set(entries(cast.alice)) == set(entries(cast.bob))


def test_a_bad_number_refuses_its_card_and_no_other(cast: Cast) -> None:
    bad = "BEGIN:VCARD\nVERSION:3.0\nN:错;号;;;\nFN:错号\nTEL:12\nEND:VCARD\n"
    taken = address_book_import((bad + NEW_PHONE).encode(), actor=actor(cast.bob))
    assert taken.created == 2
    assert [(name, list(problems)) for name, problems in taken.refused] == [("错号", ["phones"])]


@pytest.mark.parametrize("data", [b"", b"name,phone\n1,2\n", b"BEGIN:VCARD\nVERSION:3.0\n", b"\xff\x00\x01"])
def test_what_is_no_vcard_is_refused(cast: Cast, data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        address_book_import(data, actor=actor(cast.bob))
    assert refusal.value.problems[""][0].code == "not_a_vcard"


def test_cards_become_contacts_of_a_customer_that_one_may_see(cast: Cast) -> None:
    customer = record_save(registry.get("customer"), {"name": "恒泰"}, actor=actor(cast.bob))
    taken = contacts_import(NEW_PHONE.encode(), customer=customer, actor=actor(cast.bob))
    assert taken.created == 2
    assert Contact.objects.get(name="李雷").job_title == "采购经理"
    stranger = contacts_import(NEW_PHONE.encode(), customer=customer, actor=actor(cast.charlie))
    assert stranger.created == 0
    assert {problem.code for _name, problems in stranger.refused for problem in problems["customer"]} == {
        "no_such_record"
    }
