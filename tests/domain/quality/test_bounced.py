"""A mail server's word that an address does not exist marks it at customers and contacts, however it is written."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.web.records import customers, records
from zhike.domain.quality.bounced_elsewhere import JOB, run_search
from zhike.engines.mail.bounces import bounced
from zhike.engines.mail.models import BadAddress, Mail
from zhike.engines.verification.marking import mark_value
from zhike.engines.verification.models import ValueMark
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.customising_objects import object_create
from zhike.metadata.records import record_save
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


def test_further_mail_fields_are_looked_through_by_a_worker(cast: Cast) -> None:
    for key, object_key in (("billing", "customer"), ("desk", "x_device")):
        if object_key == "x_device":
            object_create(label="设备", key="x_device", actor=actor(cast.adam))
        field_create(object_key, kind="email", label=key, key=key, actor=actor(cast.adam))
    first, second, _third = customers(cast.bob, "甲", "乙", "丙", billing=["other@example.cn"])
    records_change = registry.get("customer")
    record_save(records_change, {"billing": ["x@example.cn", "Li.Na@example.cn"]}, actor=SYSTEM, id=first)
    record_save(records_change, {"billing": ["wang@example.cn"]}, actor=SYSTEM, id=second)
    [device] = records("x_device", [{"name": "打印机", "desk": ["li.na@example.cn"]}])

    bounce("li.na@example.cn")
    bounce("wang@example.cn")

    [waiting] = Job.objects.filter(kind=JOB)
    assert not ValueMark.objects.filter(is_current=True).exists()
    Job.objects.filter(pk=waiting.pk).update(state="running", worker="w", attempts=1)
    assert run_search(JobRun(Job.objects.get(pk=waiting.pk))) == {"marked": 3}
    marks = ValueMark.objects.filter(is_current=True).order_by("object_key", "record_id")
    assert [(mark.object_key, mark.record_id, mark.field_key, mark.value) for mark in marks] == [
        ("customer", first, "billing", "Li.Na@example.cn"),
        ("customer", second, "billing", "wang@example.cn"),
        ("x_device", device, "desk", "li.na@example.cn"),
    ]
    assert run_search(JobRun(Job.objects.get(pk=waiting.pk))) == {"marked": 3}, "a finished range is not done again"


def test_a_search_about_to_start_is_not_relied_on(cast: Cast) -> None:
    field_create("customer", kind="email", label="账单邮箱", key="billing", actor=actor(cast.adam))
    bounce("li.na@example.cn")
    Job.objects.filter(kind=JOB).update(run_at=timezone.now())
    bounce("wang@example.cn")
    assert Job.objects.filter(kind=JOB).count() == 2


def test_without_such_fields_nobody_looks(cast: Cast) -> None:
    # The test before made fields, which are gone.
    registry.touch()
    bounce("li.na@example.cn")
    assert not Job.objects.filter(kind=JOB).exists()
