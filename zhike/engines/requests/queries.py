"""The requests that concern somebody: to decide, asked for, decided."""

from __future__ import annotations

from django.db.models import QuerySet

from zhike.engines.requests.models import Request, RequestState
from zhike.metadata.actor import Actor

NOBODY = 0


def to_decide(actor: Actor) -> QuerySet[Request]:
    """Open requests that wait for the actor, those that time out first on top."""
    mine = Request.deciders.through.objects.filter(user_id=actor.user_id or NOBODY)
    rows = Request.objects.filter(pk__in=mine.values("request_id"), state=RequestState.OPEN, deletion__isnull=True)
    return rows.order_by("expires_at", "pk")


def asked_by(actor: Actor) -> QuerySet[Request]:
    """What the actor asked for, newest first."""
    return Request.objects.filter(owner_id=actor.user_id or NOBODY, deletion__isnull=True).order_by("-pk")


def decided_by(actor: Actor) -> QuerySet[Request]:
    """What the actor decided, newest first."""
    rows = Request.objects.filter(decided_by_id=actor.user_id or NOBODY, deletion__isnull=True)
    return rows.exclude(state=RequestState.WITHDRAWN).order_by("-decided_at", "-pk")
