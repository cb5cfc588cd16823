"""Putting mail into the queue, and what people may do with what lies there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.mail.letters import Attachment, check_letter, new_message_id
from zhike.engines.mail.models import BadAddress, Mail, MailAttachment, MailState
from zhike.engines.mail.server import mail_server, require_right
from zhike.jobs.writing import writing
from zhike.metadata import outbound
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.outbound import Outgoing
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

LOG_KEY = "mail"
#: Colleagues get it because they work here.
WORK = "work"

TOO_LATE = Problem("too_late", _("Something else has happened to this mail in the meantime."))


def mail_send(
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    attachments: Sequence[Attachment] = (),
    *,
    key: str,
    actor: Actor,
    user_id: int | None = None,
    language: str = "",
    purpose: str = WORK,
    run_at: datetime | None = None,
) -> Mail:
    """Queue a mail within the caller's transaction: a rollback takes it along.

    A mail with the same ``key`` is there already and is returned as it is: nothing is sent twice. What the gate refuses
    is kept with the reason and not sent. Raises Invalid for what cannot be sent, such as line breaks in the subject.
    """
    check_letter(to, subject, (text, html or ""), attachments)
    server, now = mail_server(), timezone.now()
    reason = "not_set_up" if server is None else _reason(to, purpose, user_id)
    mail = Mail(
        key=key,
        to=to,
        user_id=user_id,
        purpose=purpose,
        subject=subject,
        text=text,
        html=html or "",
        language=language,
        message_id=new_message_id(server.sender if server else ""),
        state=MailState.REFUSED if reason else MailState.QUEUED,
        reason=reason,
        run_at=run_at or now,
        created_at=now,
        created_by_id=actor.user_id,
    )
    with writing():
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        stored = Mail.objects.get(key=key)
        if stored.message_id == mail.message_id:
            files = [
                MailAttachment(mail=stored, name=file.name, content_type=file.content_type, content=file.content)
                for file in attachments
            ]
            MailAttachment.objects.bulk_create(files)
    return stored


def _reason(to: str, purpose: str, user_id: int | None) -> str:
    refusal = outbound.refusal(Outgoing("mail", to, purpose, user_id))
    return refusal.code if refusal else ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a person may do with mails in some states."""

    label: Any
    states: tuple[MailState, ...]
    values: Mapping[str, Any]


_AGAIN: Mapping[str, Any] = {
    "state": MailState.QUEUED,
    "attempts": 0,
    "reason": "",
    "handed_at": None,
    "lease_until": None,
    "worker": "",
}
STEPS: Mapping[str, Step] = {
    "retry": Step(
        _("Send again"), (MailState.FAILED, MailState.CANCELLED, MailState.REFUSED, MailState.UNCERTAIN), _AGAIN
    ),
    "cancel": Step(_("Do not send"), (MailState.QUEUED,), {"state": MailState.CANCELLED, "reason": ""}),
    "arrived": Step(_("It arrived"), (MailState.UNCERTAIN,), {"state": MailState.SENT, "reason": "decided_sent"}),
}


def mail_step(mail_id: int, name: str, *, actor: Actor) -> None:
    """Do one of STEPS, which the history keeps. Raises Denied, NotFound, or Invalid when the mail has moved on."""
    require_right(actor)
    step = STEPS[name]
    with storage().write_transaction():
        mail = Mail.objects.select_for_update().filter(pk=mail_id).first()
        if mail is None:
            raise NotFound("mail", mail_id)
        if mail.state not in step.states or (name == "retry" and not mail.text):
            raise Invalid({"": [TOO_LATE]})
        more: dict[str, Any] = {"run_at": timezone.now()} if name == "retry" else {}
        if name == "arrived":
            more = {"sent_at": mail.handed_at}
        Mail.objects.filter(pk=mail.pk).update(**step.values, **more)
        if name == "retry" and mail.reason in {"recipient", "bad_address"}:
            BadAddress.objects.filter(address=mail.to.lower()).delete()
        changed = {"state": (mail.state, str(step.values["state"]))}
        log_setting(LOG_KEY, mail.pk, changed, label=mail.subject[:200], actor=actor)
