"""Mail to colleagues: in their language and time zone, as text and as simple HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from zhike.accounts.models import User
from zhike.engines.mail.letters import Attachment
from zhike.engines.mail.models import Mail
from zhike.engines.mail.services import mail_send
from zhike.metadata.actor import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, where it leads (a path of ours, or ""), and what stands small behind it."""

    text: str
    path: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says; made while the reader's language and time zone hold."""

    subject: str
    opening: str
    lines: Sequence[Line] = field(default_factory=tuple)
    closing: str = ""
    attachments: Sequence[Attachment] = ()


def main_address(user: User) -> str:
    """The first of the person's addresses; "" without any."""
    return str((user.emails or [""])[0])


def public_address(path: str = "") -> str:
    """The whole address of a page, as people outside of the product need it."""
    found = settings.ENVIRONMENT
    return f"{found.public_url or f'http://{found.host}:{found.port}'}{path}"


def mail_to_person(
    user: User, write: Callable[[], Letter], *, key: str, actor: Actor, run_at: datetime | None = None
) -> Mail | None:
    """Queue a mail to a colleague, written by ``write`` in their language and time zone; None without an address."""
    to = main_address(user)
    if not to:
        return None
    with translation.override(user.language), timezone.override(ZoneInfo(user.timezone)):
        letter = write()
        lines = [(line, public_address(line.path) if line.path else "") for line in letter.lines]
        context = {"letter": letter, "lines": lines, "language": user.language, "home": public_address()}
        return mail_send(
            to,
            " ".join(letter.subject.split())[:200],
            render_to_string("mail/letter.txt", context).strip() + "\n",
            render_to_string("mail/letter.html", context),
            letter.attachments,
            key=key,
            actor=actor,
            user_id=user.pk,
            language=user.language,
            run_at=run_at,
        )
