"""Addresses of which a server said that they do not exist: kept, told of, and not written to again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from zhike.engines.mail.models import BadAddress, Mail


@dataclass(frozen=True, slots=True)
class Bounce:
    """The server's word about one address."""

    address: str
    answer: str
    at: datetime
    mail_id: int
    user_id: int | None


Listener = Callable[[Bounce], None]
_listeners: list[Listener] = []


def on_bounce(listener: Listener) -> Listener:
    """Register who hears of an address that does not exist, in the transaction that notes it."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def bounced(mail: Mail, answer: str) -> None:
    """Note that the mail's address does not exist, and tell the listeners."""
    now = timezone.now()
    address = mail.to.lower()
    BadAddress.objects.update_or_create(address=address, defaults={"answer": answer, "at": now})
    for listener in _listeners:
        listener(Bounce(address, answer, now, mail.pk, mail.user_id))
