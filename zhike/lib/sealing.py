"""Secrets at rest: text sealed with AES-256-GCM under a key drawn from the installation's secret (HKDF, RFC 5869)."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class Unsealable(ValueError):
    """The text was sealed under another secret or for another purpose, or it was changed."""


def seal(text: str, *, secret: str, purpose: str) -> str:
    """The text, readable again only with the same secret and purpose; "" stays ""."""
    if not text:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_key(secret, purpose)).encrypt(nonce, text.encode(), purpose.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal(sealed: str, *, secret: str, purpose: str) -> str:
    """What was sealed; raises Unsealable."""
    if not sealed:
        return ""
    try:
        given = base64.urlsafe_b64decode(sealed.encode("ascii"))
        found = AESGCM(_key(secret, purpose)).decrypt(given[:NONCE_BYTES], given[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable(purpose) from error
    return found.decode()


def _key(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())
