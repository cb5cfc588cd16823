"""Handing queued mail to the server: each one claimed by a lease, noted before and after, and never handed over twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from zhike.engines.mail.bounces import bounced
from zhike.engines.mail.letters import as_bytes, ascii_address
from zhike.engines.mail.models import Mail, MailServer, MailState
from zhike.engines.mail.server import door, mail_server
from zhike.engines.mail.smtp import BrokenOff, MailRefused, NoWord, ServerFault, Session, connected
from zhike.jobs.writing import writing
from zhike.metadata import outbound
from zhike.metadata.outbound import Outgoing
from zhike.metadata.storage import storage

#: Longer than all the steps of a conversation may take together.
LEASE = timedelta(minutes=5)
#: After so many attempts a mail is given up: the waits below add up to a day and a half (RFC 5321, 4.5.4.1).
ATTEMPTS = 12
WAITS_MINUTES = (1, 2, 5, 15, 30, 60, 120, 240, 360, 480, 720)
#: A mail that waited for so long is not sent any more.
OLDEST = timedelta(days=5)
SERVER_WAITS_SECONDS = (30, 60, 120, 300, 600, 900)
MINUTE = timedelta(minutes=1)


class Lost(Exception):
    """Another process has the mail now."""


def due() -> QuerySet[Mail]:
    """Mails that may go now, in their order."""
    return Mail.objects.filter(state=MailState.QUEUED, run_at__lte=timezone.now()).order_by("run_at", "pk")


def ready() -> MailServer | None:
    """The server, if mail may go to it now: none set up, held, faulty a moment ago or at its limit gives None."""
    server = mail_server()
    if server is None or server.is_held or (server.retry_at is not None and server.retry_at > timezone.now()):
        return None
    handed = Mail.objects.filter(handed_at__gt=timezone.now() - MINUTE)
    return server if handed.count() < server.per_minute else None


def send_due(worker: str, *, stopped: Callable[[], bool] = lambda: False) -> int:
    """Send what is due until nothing is, the limit is reached, the server fails, or ``stopped``; how many were handled."""
    recover()
    handled = 0
    while not stopped() and due().exists():
        server = ready()
        if server is None:
            break
        try:
            with connected(door(server)) as session:
                handled += _send_over(session, server, worker, stopped)
        except ServerFault as fault:
            note_fault(fault)
            break
        except BrokenOff:
            # The next mail gets a connection of its own.
            handled += 1
    return handled


def _send_over(session: Session, server: MailServer, worker: str, stopped: Callable[[], bool]) -> int:
    """Send over one connection. Raises BrokenOff when it has to be opened anew."""
    handled = 0
    while not stopped():
        now = ready()
        mail = claim(worker) if now is not None and now.updated_at == server.updated_at else None
        if mail is None:
            break
        hand_over(mail, session, server)
        handled += 1
        session.reset()
    return handled


def claim(worker: str) -> Mail | None:
    """Take the next mail that the gate lets through, under a lease; None when there is none."""
    while True:
        with storage().write_transaction():
            mail = due().select_for_update(skip_locked=True).first()
            if mail is None:
                return None
            refused = _refusal(mail)
            values: dict[str, Any] = {
                "state": MailState.SENDING,
                "worker": worker,
                "lease_until": timezone.now() + LEASE,
                "attempts": F("attempts") + 1,
                "handed_at": None,
            }
            if refused:
                values = refused
            Mail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(**values)
        if not refused:
            return Mail.objects.get(pk=mail.pk)


def _refusal(mail: Mail) -> dict[str, Any]:
    """What to write where a mail may not go any more: things may have changed since it was queued."""
    found = outbound.refusal(Outgoing("mail", mail.to, mail.purpose, mail.user_id))
    if found is not None:
        return {"state": MailState.REFUSED, "reason": found.code}
    if mail.created_at < timezone.now() - OLDEST:
        return {"state": MailState.FAILED, "reason": "too_old"}
    return {}


def hand_over(mail: Mail, session: Session, server: MailServer) -> None:
    """One mail: what came of it is noted. Raises BrokenOff where the connection cannot be used any more."""
    content = as_bytes(mail, server, list(mail.attachments.order_by("pk")))
    sender, recipient = ascii_address(server.sender), ascii_address(mail.to)
    try:
        answer = session.hand_over(sender, recipient, content, about_to=lambda: note_handing(mail))
    except MailRefused as refusal:
        note_refusal(mail, refusal)
    except BrokenOff:
        _note_later(mail, "broken_off", "")
        raise
    except NoWord as silence:
        with noting(mail) as note:
            note(state=MailState.UNCERTAIN, reason="no_word", answer="")
        raise BrokenOff from silence
    except Lost as lost:
        # It is somebody else's now; the server drops what never ended.
        raise BrokenOff from lost
    else:
        with noting(mail) as note:
            note(state=MailState.SENT, sent_at=timezone.now(), reason="", answer=answer)
            MailServer.objects.exclude(fault="").update(
                fault="", fault_answer="", fault_at=None, faults=0, retry_at=None
            )


def _held(mail: Mail) -> QuerySet[Mail]:
    return Mail.objects.filter(pk=mail.pk, worker=mail.worker, attempts=mail.attempts, state=MailState.SENDING)


def note_handing(mail: Mail) -> None:
    """Say before the text goes over the line that the server may have it. Raises Lost."""
    now = timezone.now()
    with writing():
        if not _held(mail).update(handed_at=now, lease_until=now + LEASE):
            raise Lost


@contextmanager
def noting(mail: Mail) -> Iterator[Callable[..., None]]:
    """A transaction in which ``note(**values)`` writes what became of the mail, if it is still ours."""

    def note(**values: Any) -> None:
        _held(mail).update(**values, lease_until=None, worker="")

    with storage().write_transaction():
        yield note


def note_refusal(mail: Mail, refusal: MailRefused) -> None:
    """Later where the server asks for patience (4xx); given up otherwise, the address too where there is none."""
    if not refusal.is_lasting:
        _note_later(mail, "later", refusal.answer)
        return
    with noting(mail) as note:
        note(state=MailState.FAILED, reason=refusal.reason, answer=refusal.answer, handed_at=None)
        if refusal.reason == "recipient":
            bounced(mail, refusal.answer)


def _note_later(mail: Mail, reason: str, answer: str) -> None:
    with noting(mail) as note:
        if mail.attempts >= ATTEMPTS:
            note(state=MailState.FAILED, reason=reason, answer=answer, handed_at=None)
            return
        wait = timedelta(minutes=WAITS_MINUTES[min(mail.attempts, len(WAITS_MINUTES)) - 1])
        note(state=MailState.QUEUED, reason=reason, answer=answer, handed_at=None, run_at=timezone.now() + wait)


def note_fault(fault: ServerFault) -> None:
    """The server as a whole fails: mails keep their attempts, and all of them wait."""
    now = timezone.now()
    with writing():
        server = mail_server()
        if server is None:
            return
        wait = SERVER_WAITS_SECONDS[min(server.faults, len(SERVER_WAITS_SECONDS) - 1)]
        MailServer.objects.filter(pk=server.pk, updated_at=server.updated_at).update(
            fault=fault.code,
            fault_answer=fault.answer,
            fault_at=now,
            faults=F("faults") + 1,
            retry_at=now + timedelta(seconds=wait),
        )


def recover() -> None:
    """Mails of a process that fell silent: back into the queue if the server cannot have them, else for a person to decide."""
    lost = Q(state=MailState.SENDING, lease_until__lt=timezone.now())
    if not Mail.objects.filter(lost).exists():
        return
    with writing():
        rows = Mail.objects.filter(lost)
        rows.filter(handed_at__isnull=True).update(state=MailState.QUEUED, worker="", lease_until=None)
        rows.filter(handed_at__isnull=False).update(
            state=MailState.UNCERTAIN, reason="lost", worker="", lease_until=None
        )
