"""The pages of mail: settings whose password never comes back, a test that shows the answer, and a log to act in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor, client
from tests.engines.mail.servers import Post, free_port, mail_host
from tests.engines.mail.test_sending import FORM, queued, setup
from zhike.accounts.models import User
from zhike.engines.mail.models import Mail, MailServer
from zhike.engines.mail.server import server_save
from zhike.lib.destinations import ForbiddenHost, addresses_of
from zhike.lib.sealing import Unsealable, seal, unseal
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import Change

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

LOGIN = {"username": "zhike", "password": "open sesame", "security": "starttls", "host": "smtp.example.cn"}


def test_the_password_is_sealed_and_shown_nowhere(cast: Cast) -> None:
    browser = client(cast.adam)
    assert browser.post("/settings/mail/", {**FORM, **LOGIN}).status_code == 302
    stored = MailServer.objects.get()
    assert stored.password_sealed
    assert "open sesame" not in stored.password_sealed
    assert "open sesame" not in browser.get("/settings/mail/").content.decode()
    assert "open sesame" not in str(list(Change.objects.values_list("values", flat=True)))
    wrong = browser.post("/settings/mail/", {**FORM, **LOGIN, "port": "x", "password": "another secret"})
    assert wrong.status_code == 422
    assert "another secret" not in wrong.content.decode()
    assert 'value="smtp.example.cn"' in wrong.content.decode()


def test_a_stored_password_stays_with_its_server(cast: Cast) -> None:
    """Else whoever may change the settings could let it be sent to a machine of theirs."""
    adam = actor(cast.adam)
    kept = server_save({**FORM, **LOGIN}, actor=adam).password_sealed
    assert server_save({**FORM, **LOGIN, "password": "", "per_minute": "5"}, actor=adam).password_sealed == kept
    with pytest.raises(Invalid) as refusal:
        server_save({**FORM, **LOGIN, "password": "", "host": "smtp.elsewhere.cn"}, actor=adam)
    assert list(refusal.value.problems) == ["password"]
    with pytest.raises(Denied):
        server_save({**FORM}, actor=actor(cast.alice))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "0x7f000001"),
        ("host", "127.1"),
        ("host", "2130706433"),
        ("host", "a b"),
        ("host", "example.cn/path"),
        ("port", "0"),
        ("port", "70000"),
        ("port", "-1"),
        ("security", "ssl3"),
        ("sender", "nobody"),
        ("sender", "a@example.cn\nBcc: b@example.cn"),
        ("sender_name", "知客\nBcc: b@example.cn"),
        ("reply_to", "x"),
        ("per_minute", "0"),
        ("per_minute", "1e3"),
        ("username", "zhike\r\nQUIT"),
        ("certificate", "nonsense"),
        ("certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
    ],
)
def test_bad_settings_are_refused_at_their_field(cast: Cast, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        server_save({**FORM, field: value}, actor=actor(cast.adam))
    assert list(refusal.value.problems) == [field]


@pytest.mark.parametrize("host", ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1"])
def test_some_addresses_are_never_connected_to(host: str) -> None:
    with pytest.raises(ForbiddenHost):
        addresses_of(host, 25)


def test_a_seal_opens_for_its_secret_and_purpose_alone() -> None:
    sealed = seal("密码", secret="one", purpose="mail")
    assert unseal(sealed, secret="one", purpose="mail") == "密码"
    assert sealed != seal("密码", secret="one", purpose="mail")
    for secret, purpose, text in (
        ("two", "mail", sealed),
        ("one", "web", sealed),
        ("one", "mail", sealed[:-6] + "AAAAAA"),
    ):
        with pytest.raises(Unsealable):
            unseal(text, secret=secret, purpose=purpose)


def test_the_test_goes_to_oneself_and_shows_the_answer(cast: Cast) -> None:
    browser = client(cast.adam)
    with mail_host() as (post, port):
        setup(cast, port)
        assert browser.post("/settings/mail/test/").status_code == 422
        User.objects.filter(pk=cast.adam.pk).update(emails=["adam@example.cn"])
        page = browser.post("/settings/mail/test/").content.decode()
    assert post.recipients == ["adam@example.cn"]
    assert "250 2.0.0 queued as 1" in page


@pytest.mark.parametrize(
    ("reply", "said"), [("550 5.1.1 who is that", "没有这个邮箱地址"), ("451 later", "服务器要求稍后再试")]
)
def test_the_test_says_what_went_wrong(cast: Cast, reply: str, said: str) -> None:
    User.objects.filter(pk=cast.adam.pk).update(emails=["adam@example.cn"])
    with mail_host(Post(on_rcpt=lambda _to: reply)) as (_post, port):
        setup(cast, port)
        page = client(cast.adam).post("/settings/mail/test/").content.decode()
    assert said in page
    assert reply in page
    assert Mail.objects.get().state == "failed"


def test_the_test_of_a_wrong_port_says_so(cast: Cast) -> None:
    User.objects.filter(pk=cast.adam.pk).update(emails=["adam@example.cn"])
    setup(cast, free_port())
    assert "连不上服务器" in client(cast.adam).post("/settings/mail/test/").content.decode()


def test_the_log_is_narrowed_and_acted_in(cast: Cast) -> None:
    setup(cast, 25)
    queued("one", subject_to := "li@example.cn")
    mail = Mail.objects.get()
    browser = client(cast.adam)
    assert subject_to in browser.get("/settings/mail/log/?state=queued").content.decode()
    assert subject_to not in browser.get("/settings/mail/log/?state=sent").content.decode()
    address = f"/settings/mail/log/{mail.pk}/"
    assert browser.post(address, {"do": "nonsense"}).status_code == 422
    assert browser.post(address, {"do": "cancel", "state": "queued"})["Location"] == "/settings/mail/log/?state=queued"
    assert browser.post(address, {"do": "cancel"}).status_code == 422
    assert browser.post("/settings/mail/log/999999/", {"do": "cancel"}).status_code == 404
    mail.refresh_from_db()
    assert mail.state == "cancelled"


def test_holding_is_a_switch(cast: Cast) -> None:
    setup(cast, 25)
    browser = client(cast.adam)
    browser.post("/settings/mail/hold/", {"hold": "1"})
    assert "所有邮件暂停发送" in browser.get("/settings/mail/").content.decode()
    browser.post("/settings/mail/hold/", {"hold": "0"})
    assert not MailServer.objects.get().is_held


@pytest.mark.parametrize("address", ["/settings/mail/", "/settings/mail/log/"])
def test_the_pages_cost_few_queries(cast: Cast, address: str) -> None:
    setup(cast, 25)
    for number in range(60):
        queued(str(number))
    browser = client(cast.adam)
    assert browser.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    assert len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 12
