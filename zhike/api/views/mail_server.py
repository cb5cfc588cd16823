"""The mail server for programs whose token was given the settings: read without its password, set, held and tested."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from zhike.accounts.models import User
from zhike.api.endpoint import Call, json_response
from zhike.api.openapi.definitions import MAIL_SERVER
from zhike.api.shape import shaped
from zhike.api.views.settings import changed, looked_at
from zhike.engines.mail.models import Security
from zhike.engines.mail.server import PLAIN, mail_server, server_hold, server_save
from zhike.engines.mail.trial import mail_try
from zhike.engines.mail.words import words
from zhike.metadata.storage import storage

#: What a server starts from where the body does not say.
DEFAULTS: dict[str, Any] = {"port": 587, "security": Security.STARTTLS.value, "per_minute": 60}


def mail_server_read(call: Call) -> HttpResponse:
    """GET /settings/mail-server: the server, and whether it has a password; never the password itself."""
    looked_at(call)
    return json_response(_told())


def _told() -> dict[str, Any]:
    server = mail_server()
    if server is None:
        return {"is_set_up": False}
    return {
        "is_set_up": True,
        **{name: getattr(server, name) for name in PLAIN},
        "has_password": bool(server.password_sealed),
        "is_held": server.is_held,
        "fault": str(words(server.fault)) if server.fault else None,
        "updated_at": server.updated_at,
    }


def mail_server_changed(call: Call) -> HttpResponse:
    """PATCH /settings/mail-server: change the given settings; another server or user needs the password again."""
    changed(call)
    body = dict(shaped(call.object_body(), MAIL_SERVER))
    held = body.pop("is_held", None)
    with storage().write_transaction():
        if body:
            server = mail_server()
            stored = {name: getattr(server, name) for name in PLAIN} if server is not None else DEFAULTS
            server_save({name: str(value) for name, value in {**stored, **body}.items()}, actor=call.actor)
        if held is not None:
            server_hold(held, actor=call.actor)
    return json_response(_told())


def mail_server_tried(call: Call) -> HttpResponse:
    """POST /settings/mail-server/test: a mail to the token's person at once, and what the server said to it."""
    changed(call)
    trial = mail_try(User.objects.get(pk=call.actor.user_id or 0), actor=call.actor)
    told = {"to": trial.to, "sent": not trial.reason, "reason": trial.reason or None, "answer": trial.answer}
    if trial.reason:
        told["message"] = str(words(trial.reason))
    return json_response(told)
