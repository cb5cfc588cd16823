"""A mail as the bytes that go over the line, and what may stand in its head: no line breaks, so that nobody adds lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.mail.models import Mail, MailAttachment, MailServer
from zhike.metadata.errors import Invalid, Problem, Problems

ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 300
TEXT_LENGTH = 1_000_000
ATTACHMENT_BYTES = 10_000_000
#: Every server takes seven bits.
POLICY = SMTP.clone(cte_type="7bit")

BAD_ADDRESS = Problem("not_an_address", _("Check the e-mail address: it reads like name@example.com."))
BAD_SUBJECT = Problem("invalid", _("A subject is one line of at most 300 characters."))
BAD_TEXT = Problem("too_long", _("The mail is too long."))
BAD_ATTACHMENT = Problem("invalid", _("Attachments have a name of one line and a kind, and 10 MB together at most."))

check_address = EmailValidator()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go along; ``content_type`` as in "application/pdf"."""

    name: str
    content_type: str
    content: bytes


def is_one_line(text: str) -> bool:
    """Whether the text can stand in a header: no line breaks of any script, no control characters."""
    return len(text.splitlines()) <= 1 and not any(c < " " or "\x7f" <= c <= "\x9f" for c in text)


def is_address(text: str) -> bool:
    """Whether the text is one mail address and nothing else."""
    try:
        check_address(text)
        text.rpartition("@")[2].encode("idna")
    except (ValidationError, UnicodeError):
        return False
    return is_one_line(text) and len(text) <= ADDRESS_LENGTH


def check_letter(to: str, subject: str, bodies: Sequence[str], attachments: Sequence[Attachment]) -> None:
    """Raise Invalid for what cannot be sent."""
    problems: Problems = {}
    if not is_address(to):
        problems["to"] = [BAD_ADDRESS]
    if not subject.strip() or not is_one_line(subject) or len(subject) > SUBJECT_LENGTH:
        problems["subject"] = [BAD_SUBJECT]
    if any(len(body) > TEXT_LENGTH for body in bodies):
        problems["text"] = [BAD_TEXT]
    sized = sum(len(file.content) for file in attachments) <= ATTACHMENT_BYTES
    if not sized or not all(map(_is_sound, attachments)):
        problems["attachments"] = [BAD_ATTACHMENT]
    if problems:
        raise Invalid(problems)


def _is_sound(file: Attachment) -> bool:
    main, slash, sub = file.content_type.partition("/")
    kind = main.isascii() and bool(slash) and main.isalpha() and sub.replace("-", "").replace(".", "").isalnum()
    return kind and bool(file.name) and is_one_line(file.name) and len(file.name) <= 200


def new_message_id(sender: str) -> str:
    """A name that no other mail has (RFC 5322, 3.6.4)."""
    return f"<{uuid4().hex}@{ascii_domain(sender) or 'localhost'}>"


def ascii_domain(address: str) -> str:
    return address.rpartition("@")[2].encode("idna").decode("ascii")


def ascii_address(address: str) -> str:
    """The address with its domain as DNS knows it (例子.cn becomes xn--…)."""
    return f"{address.rpartition('@')[0]}@{ascii_domain(address)}"


def as_bytes(mail: Mail, server: MailServer, attachments: Sequence[MailAttachment]) -> bytes:
    """The whole mail with CRLF line ends."""
    message = EmailMessage(policy=POLICY)
    message["From"] = formataddr((server.sender_name, ascii_address(server.sender)))
    message["To"] = ascii_address(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = mail.message_id
    if server.reply_to:
        message["Reply-To"] = ascii_address(server.reply_to)
    # RFC 3834: keeps absence notes from answering.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in attachments:
        main, _slash, sub = file.content_type.partition("/")
        message.add_attachment(bytes(file.content), maintype=main, subtype=sub, filename=file.name)
    if mail.language:
        # Last: with a second part, what is said of the content would move into the first one.
        message["Content-Language"] = mail.language
    return message.as_bytes()
