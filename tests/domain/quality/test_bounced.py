"""A mail server's word that an address does not exist marks it at customers and contacts, however it is written."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.web.records import customers, records
from zhike.engines.mail.bounces import bounced
from zhike.engines.mail.models import BadAddress, Mail
from zhike.engines.verification.marking import mark_value
from zhike.engines.verification.models import ValueMark
from zhike.metadata.actor import SYSTEM
from zhike.metadata.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.write]

ANSWER = "550 5.1.1 no such\n user"


def bounce(address: str) -> None:
    with storage().write_transaction():
        bounced(Mail(to=address, subject="对账单", run_at=timezone.now(), created_at=timezone.now()), ANSWER)


def test_an_address_that_does_not_exist_is_invalid_wherever_it_stands(cast: Cast) -> None:
    first, second = customers(cast.bob, "甲", "乙", emails=["Li.Na@example.cn", "wang@example.cn"])
    [contact] = records("contact", [{"customer": first, "name": "李娜", "emails": ["li.na@example.cn"]}])
    [other] = customers(cast.bob, "丙", emails=["li@example.cn"])
    mark_value("customer", first, "emails", "Li.Na@example.cn", "verified", means="customer", actor=SYSTEM)

    bounce("Li.Na@Example.cn")

    assert BadAddress.objects.get().address == "li.na@example.cn"
    marks = ValueMark.objects.filter(is_current=True).order_by("object_key", "record_id")
    assert [(mark.object_key, mark.record_id, mark.value, mark.state, mark.means) for mark in marks] == [
        ("contact", contact, "li.na@example.cn", "invalid", "mail"),
        ("customer", first, "Li.Na@example.cn", "invalid", "mail"),
        ("customer", second, "Li.Na@example.cn", "invalid", "mail"),
    ]
    assert {(mark.by_id, mark.note) for mark in marks} == {(None, "550 5.1.1 no such user")}
    assert not ValueMark.objects.filter(record_id=other, object_key="customer").exists()
