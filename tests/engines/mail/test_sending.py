"""Mail goes out once: over real servers, with every answer that one may give."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.cast import Cast, actor
from tests.engines.mail.servers import PASSWORD, USER, Post, free_port, knows, mail_host, self_signed, talker
from zhike.accounts.people import user_disable
from zhike.engines.mail import bounces, smtp
from zhike.engines.mail.bounces import Bounce
from zhike.engines.mail.jobs import SEND, forget, wake
from zhike.engines.mail.letters import Attachment
from zhike.engines.mail.models import BadAddress, Mail, MailServer, MailState
from zhike.engines.mail.sending import ATTEMPTS, claim, due, note_handing, recover, send_due
from zhike.engines.mail.server import mail_server, server_hold, server_save
from zhike.engines.mail.services import mail_send, mail_step
from zhike.jobs.models import Job
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import Change

pytestmark = [pytest.mark.django_db, pytest.mark.claim]

FORM = {
    "host": "127.0.0.1",
    "port": "25",
    "security": "none",
    "username": "",
    "password": "",
    "certificate": "",
    "sender": "crm@example.cn",
    "sender_name": "知客",
    "reply_to": "",
    "per_minute": "600",
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhike.engines.mail.server.door.__kwdefaults__", {"timeout": 1.0})


def setup(cast: Cast, port: int, **values: str) -> MailServer:
    return server_save({**FORM, "port": str(port), **values}, actor=actor(cast.adam))


def queued(key: str = "one", to: str = "li@example.cn", **more: Any) -> Mail:
    return mail_send(to, "明天见", "十点在您办公室。\n.\n.点开头的一行\n", key=key, actor=SYSTEM, **more)


def state(mail: Mail) -> tuple[str, str]:
    mail.refresh_from_db()
    return mail.state, mail.reason


def impatient() -> None:
    """Let what waits for another attempt be due now."""
    Mail.objects.filter(state=MailState.QUEUED).update(run_at=timezone.now() - timedelta(seconds=1))
    MailServer.objects.update(retry_at=None)


def test_a_mail_arrives_as_it_was_written(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port, reply_to="desk@example.cn")
        file = Attachment("报价单.pdf", "application/pdf", b"%PDF-1.7\r\n.\r\n")
        mail = queued(html="<p>十点在您办公室。</p>", attachments=[file], language="zh-hans")
        assert send_due("w") == 1
    [found] = post.taken
    assert post.recipients == ["li@example.cn"]
    assert found["Subject"] == "明天见"
    assert str(found["From"]) == "知客 <crm@example.cn>"
    assert (found["Reply-To"], found["Content-Language"]) == ("desk@example.cn", "zh-hans")
    assert found["Message-ID"] == mail.message_id
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    assert text is not None
    assert text.get_content().splitlines() == ["十点在您办公室。", ".", ".点开头的一行"]
    assert html is not None
    assert "<p>" in html.get_content()
    [attached] = found.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("报价单.pdf", b"%PDF-1.7\r\n.\r\n")
    assert state(mail) == ("sent", "")
    assert mail.answer.startswith("250 2.0.0 queued")


def test_the_same_key_is_sent_once(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port)
        first = queued("welcome:1")
        assert queued("welcome:1", to="other@example.cn").pk == first.pk
        send_due("w")
        assert queued("welcome:1").state == MailState.SENT
        send_due("w")
    assert post.recipients == ["li@example.cn"]


def test_a_rollback_takes_the_mail_along(cast: Cast) -> None:
    setup(cast, 25)
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the mail is what is rolled back
        queued()
        raise RuntimeError
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("to", {"to": "li@example.cn\r\nBcc: all@example.cn"}),
        ("to", {"to": "li@example.cn, wu@example.cn"}),
        ("to", {"to": "nobody"}),
        ("subject", {"subject": "Hello\nBcc: all@example.cn"}),
        ("subject", {"subject": "Hello\u2028Bcc: all@example.cn"}),
        ("subject", {"subject": " "}),
        ("attachments", {"attachments": [Attachment("a\r\nX: y", "text/plain", b"")]}),
        ("attachments", {"attachments": [Attachment("a", "text/plain\r\nX: y", b"")]}),
    ],
)
def test_nobody_adds_lines_to_the_head(cast: Cast, field: str, values: dict[str, Any]) -> None:
    given = {"to": "li@example.cn", "subject": "Hello", "text": "x", **values}
    with pytest.raises(Invalid) as refusal:
        mail_send(**given, key="k", actor=SYSTEM)
    assert list(refusal.value.problems) == [field]
    assert not Mail.objects.exists()


def test_starttls_and_a_login_over_a_certificate_of_our_own(cast: Cast, tmp_path: Path) -> None:
    context, pem = self_signed(tmp_path, "127.0.0.1")
    options = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": knows}
    with mail_host(**options) as (post, port):
        setup(cast, port, security="starttls", username=USER, password=PASSWORD)
        mail = queued()
        send_due("w")
        server = mail_server()
        assert server is not None
        assert (server.fault, state(mail), mail.attempts) == ("certificate", ("queued", ""), 0)
        setup(cast, port, security="starttls", username=USER, password=PASSWORD, certificate=pem)
        send_due("w")
    assert len(post.taken) == 1
    assert PASSWORD not in MailServer.objects.get().password_sealed


def test_a_certificate_for_another_name_is_not_ours(cast: Cast, tmp_path: Path) -> None:
    context, pem = self_signed(tmp_path, "other.example.cn")
    with mail_host(tls_context=context) as (post, port):
        setup(cast, port, security="starttls", certificate=pem)
        queued()
        send_due("w")
    assert (post.taken, MailServer.objects.get().fault) == ([], "certificate")


def test_tls_from_the_start(cast: Cast, tmp_path: Path) -> None:
    context, pem = self_signed(tmp_path, "127.0.0.1")
    with mail_host(ssl_context=context) as (post, port):
        setup(cast, port, security="tls", certificate=pem)
        queued()
        send_due("w")
    assert len(post.taken) == 1


def test_a_server_without_starttls_gets_nothing(cast: Cast) -> None:
    """Somebody in between may have taken the offer out."""
    with mail_host() as (post, port):
        setup(cast, port, security="starttls")
        queued()
        send_due("w")
    assert (post.taken, MailServer.objects.get().fault) == ([], "no_starttls")


def test_a_refused_login_costs_no_mail_an_attempt(cast: Cast, tmp_path: Path) -> None:
    context, pem = self_signed(tmp_path, "127.0.0.1")
    options = {"tls_context": context, "auth_required": True, "authenticator": knows}
    with mail_host(**options) as (post, port):
        setup(cast, port, security="starttls", certificate=pem, username=USER, password="wrong")
        mail = queued()
        send_due("w")
        server = MailServer.objects.get()
        assert (server.fault, server.fault_answer[:3], server.faults) == ("login", "535", 1)
        assert (state(mail), mail.attempts) == (("queued", ""), 0)
        wake()
        assert not Job.objects.filter(kind=SEND).exists()
        setup(cast, port, security="starttls", certificate=pem, username=USER, password=PASSWORD)
        send_due("w")
    assert len(post.taken) == 1


def test_a_grey_list_is_waited_for(cast: Cast) -> None:
    replies = iter(["451 4.7.1 try again later", None])
    with mail_host(Post(on_rcpt=lambda _to: next(replies))) as (post, port):
        setup(cast, port)
        mail = queued()
        send_due("w")
        assert (state(mail), mail.answer) == (("queued", "later"), "451 4.7.1 try again later")
        assert mail.run_at > timezone.now() + timedelta(seconds=50)
        impatient()
        send_due("w")
    assert (state(mail), len(post.taken)) == (("sent", ""), 1)


def test_patience_ends(cast: Cast) -> None:
    with mail_host(Post(on_rcpt=lambda _to: "450 busy")) as (_post, port):
        setup(cast, port)
        mail = queued()
        for _attempt in range(ATTEMPTS):
            impatient()
            send_due("w")
    assert (state(mail), mail.attempts) == (("failed", "later"), ATTEMPTS)
    assert not BadAddress.objects.exists()


def test_an_address_that_does_not_exist_is_told_of_and_not_written_to_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Bounce] = []
    monkeypatch.setattr(bounces, "_listeners", [heard.append])
    with mail_host(Post(on_rcpt=lambda to: "550 5.1.1 no such user" if to.startswith("Gone") else None)) as (
        post,
        port,
    ):
        setup(cast, port)
        gone, there = queued("a", "Gone@example.cn"), queued("b", "li@example.cn")
        send_due("w")
        assert (state(gone), state(there)) == (("failed", "recipient"), ("sent", ""))
        assert [(found.address, found.mail_id) for found in heard] == [("gone@example.cn", gone.pk)]
        assert state(queued("c", "gone@example.cn")) == ("refused", "bad_address")
        send_due("w")
        assert post.recipients == ["li@example.cn"]
        mail_step(gone.pk, "retry", actor=actor(cast.adam))
    assert not BadAddress.objects.exists()


@pytest.mark.parametrize(
    ("reply", "reason", "is_gone"),
    [
        ("550 5.1.1 unknown", "recipient", True),
        ("550 no such user", "recipient", True),
        ("553 mailbox name not allowed", "recipient", True),
        ("550 5.2.1 mailbox disabled", "recipient", True),
        ("550 5.7.1 we do not like you", "recipient_refused", False),
        ("552 5.2.2 mailbox full", "recipient_refused", False),
        ("554 5.7.26 not signed", "recipient_refused", False),
    ],
)
def test_only_what_means_it_closes_an_address(cast: Cast, reply: str, reason: str, is_gone: bool) -> None:
    with mail_host(Post(on_rcpt=lambda _to: reply)) as (_post, port):
        setup(cast, port)
        mail = queued()
        send_due("w")
    assert state(mail) == ("failed", reason)
    assert BadAddress.objects.exists() is is_gone


def test_a_text_that_is_refused_fails_and_the_next_goes(cast: Cast) -> None:
    replies = iter(["554 5.6.0 spam", None])
    with mail_host(Post(on_data=lambda _content: next(replies))) as (post, port):
        setup(cast, port)
        first, second = queued("a"), queued("b")
        send_due("w")
    assert (state(first), state(second)) == (("failed", "content_refused"), ("sent", ""))
    assert len(post.taken) == 1


@pytest.mark.parametrize(
    ("lines", "then", "fault"),
    [
        ((), "hang", "no_answer"),
        ((b"220 hello\r\n",), "hang", "no_answer"),
        ((b"HTTP/1.1 400 Bad Request\r\n",), "hang", "not_smtp"),
        ((b"554 5.7.1 not you\r\n",), "hang", "turned_away"),
        ((b"220 hello\r\n",), "die", "no_answer"),
    ],
)
def test_a_server_that_hangs_or_is_none_holds_nothing_up(
    cast: Cast, lines: tuple[bytes, ...], then: str, fault: str
) -> None:
    with talker(*lines, then=then) as port:
        setup(cast, port)
        mail = queued()
        send_due("w")
    server = MailServer.objects.get()
    assert (server.fault, state(mail), mail.attempts) == (fault, ("queued", ""), 0)
    assert server.retry_at is not None
    assert "HTTP" not in server.fault_answer


def test_nobody_listens_there(cast: Cast) -> None:
    setup(cast, free_port())
    queued()
    send_due("w")
    assert MailServer.objects.get().fault == "no_connection"


TAKES_IT = (b"220 hello\r\n", b"250 hello\r\n", b"250 sender ok\r\n", b"250 recipient ok\r\n", b"354 go on\r\n")


@pytest.mark.parametrize("then", ["read and die", "hang"])
def test_no_word_after_the_text_is_for_a_person_to_decide(cast: Cast, then: str) -> None:
    with talker(*TAKES_IT, then=then) as port:
        setup(cast, port)
        mail = queued()
        send_due("w")
    assert state(mail) == ("uncertain", "no_word")
    assert mail.handed_at is not None
    with mail_host() as (post, port):
        setup(cast, port)
        send_due("w")
        assert post.taken == []
        mail_step(mail.pk, "retry", actor=actor(cast.adam))
        send_due("w")
    assert [found["Message-ID"] for found in post.taken] == [mail.message_id]


def test_a_connection_that_breaks_before_the_text_is_tried_again(cast: Cast) -> None:
    with talker(*TAKES_IT[:3], then="die") as port:
        setup(cast, port)
        mail = queued()
        send_due("w")
    assert (state(mail), mail.handed_at) == (("queued", "broken_off"), None)


def test_a_lease_that_ran_out_sends_nothing_twice(cast: Cast) -> None:
    setup(cast, 25)
    queued("before"), queued("after")
    before, after = claim("one"), claim("one")
    assert before is not None
    assert after is not None
    note_handing(after)
    Mail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    recover()
    assert (state(before), state(after)) == (("queued", ""), ("uncertain", "lost"))
    assert [mail.key for mail in due()] == ["before"]


def test_who_lost_the_lease_stops_before_the_text(cast: Cast) -> None:
    def taken_over(_address: str) -> None:
        Mail.objects.update(worker="another", attempts=7)

    with mail_host(Post(on_rcpt=lambda _to: None)) as (post, port):
        setup(cast, port)
        mail = queued()
        original = smtp.Session._say

        def say(self: smtp.Session, command: str, reason: str, *accepted: int) -> None:
            original(self, command, reason, *accepted)
            if command == "DATA":
                taken_over(command)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(smtp.Session, "_say", say)
            send_due("w")
    assert post.taken == []
    assert (state(mail)[0], mail.worker) == ("sending", "another")


def test_held_mail_waits_and_then_goes(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port)
        server_hold(True, actor=actor(cast.adam))
        queued()
        wake()
        assert not Job.objects.filter(kind=SEND).exists()
        assert send_due("w") == 0
        server_hold(False, actor=actor(cast.adam))
        wake()
        wake()
        assert Job.objects.filter(kind=SEND).count() == 1
        send_due("w")
    assert len(post.taken) == 1


def test_no_more_a_minute_than_set(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port, per_minute="2")
        for number in range(4):
            queued(str(number))
        send_due("w")
        send_due("w")
        assert len(post.taken) == 2
        Mail.objects.filter(state="sent").update(handed_at=timezone.now() - timedelta(seconds=61))
        send_due("w")
    assert [len(post.taken), len(set(post.recipients))] == [4, 1]


def test_who_leaves_gets_nothing_that_was_queued_before(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port)
        mail = queued(user_id=cast.bob.pk)
        user_disable(cast.bob.pk, actor=SYSTEM)
        send_due("w")
    assert (post.taken, state(mail)) == ([], ("refused", "person_closed"))


def test_without_a_server_nothing_gathers(cast: Cast) -> None:
    assert state(queued()) == ("refused", "not_set_up")


def test_what_waited_too_long_is_not_sent(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port)
        mail = queued()
        Mail.objects.update(created_at=timezone.now() - timedelta(days=6))
        send_due("w")
    assert (post.taken, state(mail)) == ([], ("failed", "too_old"))


def test_steps_are_for_administrators_and_in_the_history(cast: Cast) -> None:
    setup(cast, 25)
    mail = queued()
    with pytest.raises(Denied):
        mail_step(mail.pk, "cancel", actor=actor(cast.alice))
    mail_step(mail.pk, "cancel", actor=actor(cast.adam))
    assert state(mail)[0] == "cancelled"
    with pytest.raises(Invalid):
        mail_step(mail.pk, "arrived", actor=actor(cast.adam))
    change = Change.objects.get(object_key="mail", record_id=mail.pk)
    assert change.values == {"state": ["queued", "cancelled"]}


def test_texts_are_forgotten_and_keys_are_not(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port)
        mail = queued(attachments=[Attachment("a.txt", "text/plain", b"x")])
        send_due("w")
        Mail.objects.update(created_at=timezone.now() - timedelta(days=31))
        forget()
        mail.refresh_from_db()
        assert (mail.text, mail.attachments.count()) == ("", 0)
        assert queued().pk == mail.pk
        send_due("w")
    assert len(post.taken) == 1
    Mail.objects.update(created_at=timezone.now() - timedelta(days=800))
    forget()
    assert not Mail.objects.exists()
