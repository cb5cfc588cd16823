"""The approvals that concern somebody: to decide, asked for, decided."""

from __future__ import annotations

from django.db.models import QuerySet

from zhike.engines.approvals.models import Approval, ApprovalState
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor

NOBODY = 0


def to_decide(actor: Actor) -> QuerySet[Approval]:
    """Open approvals that wait for the actor, those that time out first on top."""
    mine = Approval.deciders.through.objects.filter(user_id=actor.user_id or NOBODY)
    rows = Approval.objects.filter(pk__in=mine.values("approval_id"), state=ApprovalState.OPEN, deletion__isnull=True)
    return rows.order_by("expires_at", "pk")


def asked_by(actor: Actor) -> QuerySet[Approval]:
    """What the actor asked for, newest first."""
    return Approval.objects.filter(owner_id=actor.user_id or NOBODY, deletion__isnull=True).order_by("-pk")


def decided_by(actor: Actor) -> QuerySet[Approval]:
    """What the actor decided, newest first."""
    rows = Approval.objects.filter(decided_by_id=actor.user_id or NOBODY, deletion__isnull=True)
    return rows.exclude(state=ApprovalState.WITHDRAWN).order_by("-decided_at", "-pk")


def about(object_key: str, record_id: int, actor: Actor) -> QuerySet[Approval]:
    """The approvals of a record that the actor may see, newest first."""
    seen = policy.queryset_for(actor, registry.get("approval")).order_by().values("pk")
    return Approval.objects.filter(pk__in=seen, about_key=object_key, about_id=record_id).order_by("-pk")
