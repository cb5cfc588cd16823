"""Talking to a mail server (RFC 5321): one connection, the conversation of one mail, and what each answer means."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from zhike.engines.mail.models import Security
from zhike.lib.destinations import ForbiddenHost, NoSuchHost, addresses_of, is_loopback

#: Seconds for each step; a test by a waiting person takes less.
TIMEOUT = 20.0
READY, OK, WILL_FORWARD, GO_ON = 220, 250, 251, 354
ANSWER_LENGTH = 500
#: Enhanced codes (RFC 3463) of an address that does not exist, has moved, or whose mailbox is closed.
NO_ADDRESS = re.compile(r"\b5\.(?:1\.[1236]|1\.10|2\.1)\b")
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class ServerFault(Exception):
    """The server as a whole cannot be used; ``code`` stands in ``words.FAULTS``."""

    def __init__(self, code: str, answer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer


class MailRefused(Exception):
    """The server did not take this mail. ``status`` is its reply code: 4xx passes, 5xx does not."""

    def __init__(self, reason: str, status: int, answer: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.answer = answer

    @property
    def is_lasting(self) -> bool:
        return self.status >= 500


class BrokenOff(Exception):
    """The connection ended before the mail was handed over: the server cannot have it."""


class NoWord(Exception):
    """The mail went over the line, and no answer came: it may have been taken or not."""


@dataclass(frozen=True, slots=True)
class Door:
    """Everything that is needed to get in."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = ""
    certificate: str = ""
    #: What we call ourselves.
    name: str = "localhost"
    timeout: float = TIMEOUT


class _Client(smtplib.SMTP):
    """Connects to the address that was looked at, and to no other that the name may lead to a moment later."""

    def __init__(self, door: Door, address: str, context: ssl.SSLContext | None) -> None:
        self.address, self.context = address, context
        super().__init__(local_hostname=door.name, timeout=door.timeout)
        # For the name in the certificate.
        self._host = door.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self.address, port), timeout)
        return plain if self.context is None else self.context.wrap_socket(plain, server_hostname=self._host)


@contextmanager
def connected(door: Door) -> Iterator[Session]:
    """A session with the server, signed in; raises ServerFault."""
    session = Session(_enter(door))
    try:
        yield session
    finally:
        session.leave()


def _enter(door: Door) -> _Client:
    try:
        addresses = addresses_of(door.host, door.port)
    except ForbiddenHost as error:
        raise ServerFault("forbidden_host") from error
    except NoSuchHost as error:
        raise ServerFault("no_such_host") from error
    if door.security == Security.NONE and not all(map(is_loopback, addresses)):
        raise ServerFault("not_loopback")
    client = _connect(door, addresses)
    try:
        _introduce(client, door)
    except (smtplib.SMTPException, OSError, ServerFault):
        client.close()
        raise
    return client


def _connect(door: Door, addresses: list[str]) -> _Client:
    """The first address that answers as a mail server does."""
    context = _context(door) if door.security == Security.TLS else None
    failure: ServerFault | None = None
    for address in addresses:
        client = _Client(door, address, context)
        try:
            status, answer = client.connect(door.host, door.port)
        except ssl.SSLCertVerificationError as error:
            failure = ServerFault("certificate", error.verify_message)
        except ssl.SSLError:
            failure = ServerFault("tls")
        except TimeoutError:
            failure = ServerFault("no_connection")
        except smtplib.SMTPServerDisconnected:
            failure = ServerFault("no_answer")
        except OSError:
            failure = ServerFault("no_connection")
        else:
            if status == READY:
                return client
            # What is no reply of a mail server is not shown: it would be a window to whatever listens there.
            failure = ServerFault("turned_away", told(status, answer)) if status >= 400 else ServerFault("not_smtp")
        client.close()
    raise failure or ServerFault("no_such_host")


def _introduce(client: _Client, door: Door) -> None:
    """EHLO, STARTTLS, AUTH."""
    try:
        client.ehlo_or_helo_if_needed()
        if door.security == Security.STARTTLS:
            _encrypt(client, door)
        if door.username:
            client.login(door.username, door.password)
    except smtplib.SMTPNotSupportedError as error:
        raise ServerFault("no_login") from error
    except smtplib.SMTPAuthenticationError as error:
        raise ServerFault("login", told(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:
        raise ServerFault("turned_away", told(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ServerFault("no_answer") from error


def _encrypt(client: _Client, door: Door) -> None:
    if not client.has_extn("starttls"):
        raise ServerFault("no_starttls")
    try:
        client.starttls(context=_context(door))
        client.ehlo_or_helo_if_needed()
    except ssl.SSLCertVerificationError as error:
        raise ServerFault("certificate", error.verify_message) from error
    except ssl.SSLError as error:
        raise ServerFault("tls") from error


def _context(door: Door) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if door.certificate:
        try:
            context.load_verify_locations(cadata=door.certificate)
        except (ssl.SSLError, ValueError) as error:
            raise ServerFault("certificate") from error
    return context


class Session:
    """An open connection that hands over one mail after another."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self.client = client

    def hand_over(self, sender: str, recipient: str, content: bytes, *, about_to: Callable[[], None]) -> str:
        """Hand over one mail and return the server's answer.

        ``about_to`` is called when the server waits for the text and has nothing of it yet; what it raises ends the
        connection before the mail is complete. Raises MailRefused, BrokenOff or NoWord.
        """
        try:
            self._say(f"MAIL FROM:<{sender}>", "sender_refused", OK)
            self._say(f"RCPT TO:<{recipient}>", "recipient_refused", OK, WILL_FORWARD)
            self._say("DATA", "content_refused", GO_ON)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise BrokenOff from error
        about_to()
        try:
            self.client.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
            status, answer = self.client.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise NoWord from error
        if status == OK:
            return told(status, answer)
        if status < 400:
            raise NoWord
        raise MailRefused("content_refused", status, told(status, answer))

    def _say(self, command: str, reason: str, *accepted: int) -> None:
        status, answer = self.client.docmd(command)
        if status in accepted:
            return
        said = told(status, answer)
        if status < 400:
            raise BrokenOff
        if reason == "recipient_refused" and is_no_address(status, said):
            reason = "recipient"
        raise MailRefused(reason, status, said)

    def reset(self) -> None:
        """Be ready for the next mail; raises BrokenOff where the connection is gone."""
        try:
            self.client.rset()
        except (smtplib.SMTPException, OSError) as error:
            raise BrokenOff from error

    def leave(self) -> None:
        try:
            self.client.quit()
        except (smtplib.SMTPException, OSError):
            self.client.close()


def is_no_address(status: int, answer: str) -> bool:
    """Whether a refusal of the recipient means that there is no such address, rather than that we are not welcome.

    Without an enhanced code, 550, 551 and 553 mean it (RFC 5321, 4.2.2).
    """
    if ENHANCED.search(answer):
        return bool(NO_ADDRESS.search(answer))
    return status in {550, 551, 553}


def told(status: int, answer: bytes | str) -> str:
    """An answer as text of bounded length, without control characters."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{status} {' '.join(''.join(c if c.isprintable() else ' ' for c in text).split())}"[:ANSWER_LENGTH]
