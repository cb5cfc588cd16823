"""The test: one mail to oneself, past the queue, and what the server said to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.accounts.models import User
from zhike.engines.mail.models import Mail, MailState
from zhike.engines.mail.people import Letter, Line, mail_to_person
from zhike.engines.mail.sending import LEASE, hand_over, noting
from zhike.engines.mail.server import door, mail_server, require_right
from zhike.engines.mail.smtp import BrokenOff, ServerFault, connected
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.outbound import Outgoing, refusal

#: Somebody waits in front of the page.
TIMEOUT = 8.0


@dataclass(frozen=True, slots=True)
class Trial:
    """``reason`` is a code of ``words.py``, "" when the server took the mail; ``answer`` what the server said."""

    to: str
    reason: str
    answer: str


def mail_try(user: User, *, actor: Actor) -> Trial:
    """Send a mail to oneself at once, even while mail is held. Raises Denied, or Invalid without server or address."""
    require_right(actor)
    server = mail_server()
    if server is None:
        raise Invalid({"": [Problem("not_set_up", _("Set the server up first."))]})
    # Not due for now: nobody but this function sends it.
    later = timezone.now() + LEASE
    key = f"trial:{uuid4().hex}"
    mail = mail_to_person(user, lambda: _letter(server.host), key=key, actor=actor, run_at=later)
    if mail is None:
        raise Invalid({"": [Problem("no_address", _("Your own account has no e-mail address: enter one first."))]})
    if refused := refusal(Outgoing("mail", mail.to, mail.purpose, mail.user_id)):
        return Trial(mail.to, refused.code, "")
    Mail.objects.filter(pk=mail.pk).update(
        state=MailState.SENDING, worker="trial", lease_until=timezone.now() + LEASE, attempts=1
    )
    mail.refresh_from_db()
    try:
        with connected(door(server, timeout=TIMEOUT)) as session:
            hand_over(mail, session, server)
    except ServerFault as fault:
        with noting(mail) as note:
            note(state=MailState.FAILED, reason=fault.code, answer=fault.answer)
    except BrokenOff:
        pass  # It is noted with the mail.
    mail.refresh_from_db()
    # Nobody waits for a test that did not succeed.
    Mail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(state=MailState.FAILED)
    return Trial(mail.to, mail.reason if mail.state != MailState.SENT else "", mail.answer)


def _letter(host: str) -> Letter:
    return Letter(
        subject=_("Test of the mail server"),
        opening=_("This mail shows that %(host)s takes mail from us.") % {"host": host},
        lines=[Line(_("Settings of the mail server"), "/settings/mail/")],
    )
