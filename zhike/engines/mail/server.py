"""The settings of the mail server: reading, checking and changing them, and whether mail goes out at all."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.mail.letters import BAD_ADDRESS, is_address, is_one_line
from zhike.engines.mail.models import MailServer, Security
from zhike.engines.mail.smtp import TIMEOUT, Door, ServerFault
from zhike.lib.destinations import ForbiddenHost, host_name
from zhike.lib.sealing import Unsealable, seal, unseal
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, Problem, Problems
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

PRIVILEGE = "settings"
LOG_KEY = "mail_server"
PURPOSE = "mail server password"
MOST_A_MINUTE = 10_000
#: What the history shows as it is; the password appears as changed, never as itself.
PLAIN = ("host", "port", "security", "username", "certificate", "sender", "sender_name", "reply_to", "per_minute")
PEM = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*")

BAD_HOST = Problem("invalid", _("Write the name of the server as in smtp.example.cn, or its IP address."))
BAD_PORT = Problem("invalid", _("A port is a number from 1 to 65535: 587, 465 or 25."))
BAD_SECURITY = Problem("unknown_choice", _("Choose how the connection is encrypted."))
BAD_LINE = Problem("invalid", _("This must be one line without control characters."))
BAD_LOGIN = Problem("invalid", _("Mail servers take letters without accents, digits and signs only."))
BAD_LIMIT = Problem("invalid", _("Write a number from 1 to 10,000."))
BAD_CERTIFICATE = Problem("invalid", _("Paste certificates from -----BEGIN CERTIFICATE----- to the end."))
NO_PASSWORD = Problem("required", _("A user name needs a password."))


def mail_server() -> MailServer | None:
    """The server as set; None where nobody has set one up."""
    return MailServer.objects.order_by("pk").first()


def door(server: MailServer, *, timeout: float = TIMEOUT) -> Door:
    """What a connection needs; raises ServerFault where the password cannot be read any more."""
    try:
        password = unseal(server.password_sealed, secret=settings.SECRET_KEY, purpose=PURPOSE)
    except Unsealable as error:
        raise ServerFault("unreadable") from error
    return Door(
        host=server.host,
        port=server.port,
        security=server.security,
        username=server.username,
        password=password,
        certificate=server.certificate,
        name=server.sender.rpartition("@")[2] or "localhost",
        timeout=timeout,
    )


def server_save(values: Mapping[str, str], *, actor: Actor) -> MailServer:
    """Set the server from the texts of a form; an empty ``password`` keeps the stored one while server and user stay.

    Raises Denied or Invalid.
    """
    require_right(actor)
    checked = _checked(values)
    with storage().write_transaction():
        storage().lock_key("mail_server")
        server = mail_server() or MailServer()
        before = {name: getattr(server, name) for name in PLAIN} if server.pk else dict.fromkeys(PLAIN)
        password = values.get("password", "")
        # Whoever could send the stored password to a server of their choice would have it.
        elsewhere = any(before[name] != checked[name] for name in ("host", "port", "username", "security"))
        if checked["username"] and not password and (elsewhere or not server.password_sealed):
            raise Invalid({"password": [NO_PASSWORD]})
        for name, value in checked.items():
            setattr(server, name, value)
        if password or not checked["username"]:
            server.password_sealed = seal(password, secret=settings.SECRET_KEY, purpose=PURPOSE)
        _mended(server)
        server.updated_at = timezone.now()
        server.save()
        changed: dict[str, tuple[Any, Any]] = {
            name: (before[name], checked[name]) for name in PLAIN if before[name] != checked[name]
        }
        if password:
            changed["password"] = (None, None)
        log_setting(LOG_KEY, server.pk, changed, label=str(_("Mail server")), actor=actor)
    return server


def server_hold(hold: bool, *, actor: Actor) -> None:
    """Hold all mail back, or let it go again. Raises Denied."""
    require_right(actor)
    with storage().write_transaction():
        if MailServer.objects.filter(is_held=not hold).update(is_held=hold):
            server = MailServer.objects.get()
            log_setting(LOG_KEY, server.pk, {"is_held": (not hold, hold)}, label=str(_("Mail server")), actor=actor)


def require_right(actor: Actor) -> None:
    """Raise Denied for who may not look after mail."""
    if not actor.has(PRIVILEGE):
        raise Denied("mail", PRIVILEGE)


def _mended(server: MailServer) -> None:
    server.fault = server.fault_answer = ""
    server.fault_at = server.retry_at = None
    server.faults = 0


def _checked(values: Mapping[str, str]) -> dict[str, Any]:
    """Values of the columns; raises Invalid with every problem."""
    problems: Problems = {}
    found: dict[str, Any] = {name: values.get(name, "").strip() for name in PLAIN}
    try:
        found["host"] = host_name(found["host"])
    except ForbiddenHost:
        problems["host"] = [BAD_HOST]
    found["port"] = _number("port", found, 65535, BAD_PORT, problems)
    found["per_minute"] = _number("per_minute", found, MOST_A_MINUTE, BAD_LIMIT, problems)
    if found["security"] not in Security.values:
        problems["security"] = [BAD_SECURITY]
    for name in ("sender", "reply_to"):
        if not is_address(found[name]) and (found[name] or name == "sender"):
            problems[name] = [BAD_ADDRESS]
    if not is_one_line(found["sender_name"]) or len(found["sender_name"]) > 80:
        problems["sender_name"] = [BAD_LINE]
    for name in ("username", "password"):
        text = values.get(name, "")
        if not (text.isascii() and is_one_line(text)) or len(text) > 254:
            problems[name] = [BAD_LOGIN]
    if found["certificate"] and not _is_certificate(found["certificate"]):
        problems["certificate"] = [BAD_CERTIFICATE]
    if problems:
        raise Invalid(problems)
    return found


def _number(name: str, found: Mapping[str, str], most: int, problem: Problem, problems: Problems) -> int:
    text = found[name]
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        problems[name] = [problem]
        return 0
    return int(text)


def _is_certificate(text: str) -> bool:
    if not re.fullmatch(f"(?:{PEM.pattern})+", text):
        return False
    try:
        ssl.create_default_context().load_verify_locations(cadata=text)
    except ssl.SSLError:
        return False
    return True
