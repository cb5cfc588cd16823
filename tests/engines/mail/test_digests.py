"""Notifications by mail: chosen by kind, gathered, in the reader's language and time zone, and nothing they may not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.engines.mail.test_sending import setup
from tests.web.records import customers
from zhike.accounts.models import User
from zhike.engines.mail.models import Mail
from zhike.engines.notify.by_mail import mail_digests, preference_of, preference_save
from zhike.engines.notify.hand_over import ASSIGNED
from zhike.metadata import notices, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.notices import Notice
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


def tell(user: User, record_id: int, once: str) -> None:
    notices.send([Notice(ASSIGNED.key, (user.pk,), "customer", record_id, once=once)])


@pytest.fixture
def bob(cast: Cast) -> User:
    setup(cast, 25)
    User.objects.filter(pk=cast.bob.pk).update(emails=["bob@example.cn", "b@example.com"])
    preference_save([ASSIGNED.key], 60, actor=actor(cast.bob))
    return cast.bob


def test_what_comes_together_is_one_mail(cast: Cast, bob: User) -> None:
    ids = customers(bob, "海天包装", "大江物流")
    for pk in ids:
        tell(bob, pk, str(pk))
    mail_digests()
    mail_digests()
    mail = Mail.objects.get()
    assert (mail.to, mail.user_id, mail.subject, mail.language) == ("bob@example.cn", bob.pk, "2 条新消息", "zh-hans")
    assert "海天包装" in mail.text
    assert f"/o/customers/{ids[1]}/" in mail.html

    tell(bob, ids[0], "again")
    mail_digests()
    assert Mail.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        mail_digests()
    assert Mail.objects.count() == 2


def test_language_and_time_zone_are_the_readers(cast: Cast, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(language="en", timezone="America/New_York")
    [pk] = customers(bob, "海天包装")
    with time_machine.travel(datetime(2026, 7, 1, 3, 30, tzinfo=UTC)):
        tell(bob, pk, "x")
        mail_digests()
    mail = Mail.objects.get()
    assert mail.subject == "Somebody gave you “海天包装”."
    assert "06/30/2026 11:30 p.m." in mail.text


def test_read_things_and_other_kinds_are_not_mailed(cast: Cast, bob: User) -> None:
    [pk] = customers(bob, "海天包装")
    tell(bob, pk, "x")
    client(bob).post("/notifications/read/")
    tell(cast.alice, pk, "y")
    mail_digests()
    assert not Mail.objects.exists()


def test_what_happened_before_the_wish_is_not_mailed(cast: Cast) -> None:
    setup(cast, 25)
    User.objects.filter(pk=cast.bob.pk).update(emails=["bob@example.cn"])
    [pk] = customers(cast.bob, "海天包装")
    tell(cast.bob, pk, "x")
    preference_save([ASSIGNED.key], 60, actor=actor(cast.bob))
    mail_digests()
    assert not Mail.objects.exists()


def test_a_record_that_went_out_of_sight_is_not_named(cast: Cast, bob: User) -> None:
    [pk] = customers(bob, "绝密客户")
    tell(bob, pk, "x")
    values = {"owner": cast.charlie.pk, "department": cast.second.pk}
    record_save(registry.get("customer"), values, id=pk, actor=SYSTEM)
    mail_digests()
    assert not Mail.objects.exists()
    assert preference_of(bob.pk).mailed_through > 0


def test_without_an_address_nothing_is_sent(cast: Cast, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(emails=[])
    [pk] = customers(bob, "海天包装")
    tell(bob, pk, "x")
    mail_digests()
    assert not Mail.objects.exists()


def test_the_choice_is_made_in_the_profile(cast: Cast) -> None:
    browser = client(cast.bob)
    form = {"language": "zh-hans", "timezone": "Asia/Shanghai", "theme": "auto", "mail_assigned": "on"}
    assert browser.post("/me/", {**form, "mail_every": "240", "mail_nonsense": "on"}).status_code == 302
    stored = preference_of(cast.bob.pk)
    assert (stored.kinds, stored.every_minutes) == (["assigned"], 240)
    answer = browser.post("/me/", {**form, "mail_every": "7"})
    assert (answer.status_code, "请选择邮件多久发一次" in answer.content.decode()) == (422, True)
    with pytest.raises(Invalid):
        preference_save([], 1, actor=actor(cast.bob))
