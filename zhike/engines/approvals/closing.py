"""The end of an approval: its state, who is told, and what its kind does about it."""

from __future__ import annotations

from django.utils import timezone

from zhike.engines.approvals.kinds import find_kind
from zhike.engines.approvals.models import Approval, ApprovalState, StepState
from zhike.engines.approvals.path import acting, path_close
from zhike.engines.approvals.told import EXPIRED, GRANTED, REFUSED, RETURNED
from zhike.metadata import notices, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.notices import Notice

OUTCOMES = {
    ApprovalState.GRANTED: GRANTED,
    ApprovalState.REFUSED: REFUSED,
    ApprovalState.EXPIRED: EXPIRED,
    ApprovalState.RETURNED: RETURNED,
}
#: What the steps that were open are called then.
LAST = {ApprovalState.GRANTED: StepState.GRANTED, ApprovalState.REFUSED: StepState.REFUSED}


def close(approval: Approval, state: ApprovalState, answer: str | None, *, actor: Actor) -> None:
    """End an approval, or give it back to the asker, and have its kind carry that out."""
    path_close(approval, LAST.get(state, StepState.ENDED))
    values = {
        "state": state.value,
        "answer": (answer or "").strip() or None,
        "decided_by": actor.user_id,
        "decided_at": timezone.now(),
        "deciders": [] if state is ApprovalState.RETURNED else list(approval.deciders.values_list("pk", flat=True)),
    }
    records.record_save(registry.get("approval"), values, actor=acting(actor), id=approval.pk)
    if state in OUTCOMES and approval.owner_id is not None:
        notice = Notice(OUTCOMES[state].key, (approval.owner_id,), "approval", approval.pk, actor_id=actor.user_id)
        notices.send([notice])
    _carry_out(approval, state, actor=actor)


def _carry_out(approval: Approval, state: ApprovalState, *, actor: Actor) -> None:
    """What the kind does about the end; a kind whose app is gone does nothing."""
    kind = find_kind(approval.kind)
    if kind is None:
        return
    if state is ApprovalState.GRANTED:
        consequence = kind.on_grant
    elif state in {ApprovalState.REFUSED, ApprovalState.EXPIRED}:
        consequence = kind.on_refuse
    else:
        consequence = kind.on_end
    if consequence is not None:
        consequence(approval, actor=actor)
