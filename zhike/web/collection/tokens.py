"""Signed tokens of public pages: which page was sent, when it was opened, and a number that makes sending it twice harmless."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from zhike.accounts.devices import ip_of

SALT = "zhike.collection.page"
#: A person needs longer than this to fill in anything; programs do not.
LEAST_SECONDS = 2
LONGEST = timedelta(hours=24)
#: Public pages take short texts; anything larger is no honest answer.
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class PageToken:
    """What a posted page carried; ``is_early`` when it came back faster than a person can type."""

    version: int
    once: str
    is_early: bool


def new_token(page: str, version: int) -> str:
    """For a page that is shown now; ``page`` names it, such as form:12."""
    return TimestampSigner(salt=SALT).sign(f"{page}:{version}:{secrets.token_urlsafe(18)}")


def read_token(text: str, page: str) -> PageToken | None:
    """The token of this page; None when it is forged, of another page, or older than a day."""
    signer = TimestampSigner(salt=SALT)
    try:
        value = signer.unsign(text, max_age=LONGEST)
    except BadSignature:
        return None
    name, _colon, once = value.rpartition(":")
    name, _colon, version = name.rpartition(":")
    if name != page or not version.isdigit():
        return None
    return PageToken(int(version), once, is_early=_is_early(signer, text))


def _is_early(signer: TimestampSigner, text: str) -> bool:
    try:
        signer.unsign(text, max_age=LEAST_SECONDS)
    except SignatureExpired:
        return False
    return True


def sender_of(request: HttpRequest) -> str:
    """A keyed hash of the address of the sender: enough to count by, not to find anybody."""
    return salted_hmac("zhike.collection.sender", ip_of(request) or "", algorithm="sha256").hexdigest()


def is_foreign(request: HttpRequest) -> bool:
    """Whether another site's page sent this: browsers say so with every post."""
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.get_host()}"


def is_oversized(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdigit() or int(length) > MOST_BYTES
