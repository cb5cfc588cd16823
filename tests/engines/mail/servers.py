"""Real mail servers on this machine, each with a habit of its own, and a certificate that nobody else trusts."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "zhike", "open sesame"


@dataclass
class Post:
    """What the server took, and what it answers: a habit may return a reply to give instead of taking the mail."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    #: Seen by the handler before anything is taken; RCPT first, then DATA.
    on_rcpt: Callable[[str], str | None] = lambda _address: None
    on_data: Callable[[bytes], str | None] = lambda _content: None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if (reply := self.on_rcpt(address)) is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if (reply := self.on_data(envelope.content)) is not None:
            return reply
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.taken.append(found)
        self.recipients += envelope.rcpt_tos
        return f"250 2.0.0 queued as {len(self.taken)}"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def mail_host(post: Post | None = None, **options: Any) -> Iterator[tuple[Post, int]]:
    """A mail server on loopback: what it took, and its port."""
    post = post or Post()
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield post, controller.port
    finally:
        controller.stop()


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    """Lets in who has USER and PASSWORD."""
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def talker(*lines: bytes, then: str = "hang") -> Iterator[int]:
    """A server that says the lines, one an incoming line after the greeting, and then hangs or dies."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            try:
                caller, _address = listening.accept()
            except OSError:
                return
            with caller, caller.makefile("rb") as incoming:
                for position, line in enumerate(lines):
                    if position and not incoming.readline():
                        break
                    caller.sendall(line)
                else:
                    if then == "read and die":
                        while (text := incoming.readline()) and text != b".\r\n":
                            pass
                    elif then == "hang":
                        stopping.wait(10)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stopping.set()
        # Closing alone does not wake who waits for a caller.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def self_signed(directory: Path, *names: str) -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate of its own for the names, and the certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.cn")])
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(found)) if found[0].isdigit() else x509.DNSName(found) for found in names
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # TLS looks at the machine's clock, whatever day a test believes it to be.
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    chain = directory / "mail.pem"
    chain.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, pem.decode()
