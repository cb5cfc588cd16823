"""Carrying out a form once, however often it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from zhike.engines.submissions.models import Submission
from zhike.metadata.actor import Actor
from zhike.metadata.storage import storage

LONGEST_KEY = 64


def new_key() -> str:
    """A key for a form that is shown now."""
    return secrets.token_urlsafe(18)


def once(key: str, work: Callable[[], Any], *, actor: Actor) -> Any:
    """Do ``work`` and keep its JSON result with the key, in one transaction; a key known already gives its first result.

    What raises leaves no trace, so that a form refused may be sent again. Without a key the work is simply done.
    """
    if not key or actor.user_id is None:
        return work()
    key = key[:LONGEST_KEY]
    try:
        with storage().write_transaction():
            known = Submission.objects.filter(user_id=actor.user_id, key=key).first()
            if known is not None:
                return known.result
            result = work()
            Submission.objects.create(user_id=actor.user_id, key=key, result=result, at=timezone.now())
            return result
    except IntegrityError:
        # The same form came in by another connection at the same moment, and that one won.
        known = Submission.objects.filter(user_id=actor.user_id, key=key).first()
        if known is None:
            raise
        return known.result
