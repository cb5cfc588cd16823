"""The chain of hashes through the change log: what a link says, and where the chain ends."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from zhike.metadata.models import Change
from zhike.metadata.storage import storage

#: What the chain holds of a change, behind its number.
TOLD = ("pk", "batch_id", "at", "actor_id", "object_key", "record_id", "action", "version", "values")


def link(told: tuple[Any, ...], seq: int, previous: str) -> str:
    """SHA-256 over the previous hash and everything that the change says; ``told`` in the order of ``TOLD``."""
    pk, batch, at, *rest = told
    said = (previous, seq, pk, batch, at.isoformat(), *rest)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def lock() -> None:
    """Be the only one who adds to the chain until the transaction ends."""
    storage().lock_key("sealer")


def end() -> tuple[int, str]:
    """Number and hash of the last link; (0, "") of an empty chain."""
    last = Change.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", "hash").first()
    return (last[0] or 0, last[1]) if last else (0, "")
