"""Requests that wait for a person's decision go to the successor, who then sees them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.hand_over.parts import Part, register
from zhike.engines.requests.models import RequestState
from zhike.metadata.actor import Actor
from zhike.metadata.models import TeamMember


def let_in(given: Mapping[int, int], actor: Actor) -> None:
    """Those who decide see the request beside its asker; whoever sees it already is left as they are."""
    now = timezone.now()
    TeamMember.objects.bulk_create(
        [
            TeamMember(
                object_key="request",
                record_id=pk,
                user_id=user_id,
                access=TeamMember.Access.VIEW,
                added_at=now,
                added_by_id=actor.user_id,
            )
            for pk, user_id in given.items()
        ],
        ignore_conflicts=True,
    )


register(
    Part(
        "request",
        "deciders",
        filter={"field": "state", "op": "eq", "value": RequestState.OPEN.value},
        label=_("Requests to decide"),
        is_departments=True,
        moved=let_in,
    )
)
