"""kill -9 between the server's answer and our note: the mail is not sent again, and a person is asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tests.engines.mail.servers import Post, mail_host
from tests.engines.mail.test_sending import queued, setup, state
from zhike.engines.mail.models import Mail
from zhike.engines.mail.sending import recover, send_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.claim, pytest.mark.slow]


def sender() -> subprocess.Popen[str]:
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.engines.mail.sender_process", name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603


@pytest.mark.parametrize("moment", ["before the text", "after the text"])
def test_a_killed_sender_sends_nothing_twice(cast: Cast, moment: str) -> None:
    children: list[subprocess.Popen[str]] = []
    armed = [True]

    def kill(_given: object) -> None:
        if armed[0]:
            armed[0] = False
            os.kill(children[0].pid, signal.SIGKILL)
            children[0].wait(10)

    post = Post(on_rcpt=kill) if moment == "before the text" else Post(on_data=kill)
    with mail_host(post) as (_post, port):
        setup(cast, port)
        mail = queued()
        children.append(sender())
        assert children[0].wait(60) == -signal.SIGKILL
        assert state(mail) == ("sending", "")
        assert send_due("another") == 0

        Mail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        recover()
        send_due("another")

        if moment == "before the text":
            assert state(mail) == ("sent", "")
            assert [found["Message-ID"] for found in post.taken] == [mail.message_id]
        else:
            assert state(mail) == ("uncertain", "lost")
            assert [found["Message-ID"] for found in post.taken] == [mail.message_id]


def test_two_senders_share_the_queue(cast: Cast) -> None:
    with mail_host() as (post, port):
        setup(cast, port)
        for number in range(40):
            queued(str(number), f"li{number}@example.cn")
        children = [sender(), sender()]
        handled = [int(child.communicate(timeout=60)[0]) for child in children]
    assert sum(handled) == 40
    assert sorted(post.recipients) == sorted(f"li{number}@example.cn" for number in range(40))
