"""A step in the life of a record that may need a word first: asked for once, sent again where it was returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from zhike.engines.approvals.deciding import approval_send_again, approval_withdraw
from zhike.engines.approvals.models import RUNNING, Approval, ApprovalState
from zhike.engines.approvals.needs import approval_need
from zhike.engines.approvals.starting import approval_start
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.models import Record
from zhike.metadata.object_type import ObjectType

R = TypeVar("R", bound=Record)


def approval_required(
    object_type: ObjectType,
    record_id: int,
    *,
    kind: str,
    actor: Actor,
    hold: Callable[[], None],
    is_needed: bool = False,
    reason: str = "",
) -> bool:
    """Whether somebody has to say yes first, who is asked then; inside the transaction of the step.

    ``hold`` puts the record to waiting before anybody is asked, for a flow may be through at once. ``is_needed`` asks the
    actor's manager where no flow fits. What was returned to the actor is sent again, what is no longer needed ends.
    Nobody is asked for what the product does by itself. Raises what ``approval_start`` does.
    """
    if actor.user_id is None:
        return False
    back = returned(object_type.key, record_id, kind)
    if approval_need(object_type, record_id, kind=kind, actor=actor, is_needed=is_needed) is None:
        if back is not None:
            approval_withdraw([back.pk], actor=SYSTEM)
        return False
    if back is not None and back.owner_id == actor.user_id:
        # Its kind puts the record to waiting.
        approval_send_again([back.pk], actor=actor)
        return True
    hold()
    approval_start(object_type, record_id, kind=kind, actor=actor, reason=reason, is_needed=is_needed)
    return True


def asked_about(approval: Approval, model: type[R], state: str) -> R | None:
    """The record that the approval is about, locked, as long as it stands in the state; inside the transaction of the answer."""
    rows: Any = model._default_manager.filter(pk=approval.about_id or 0, state=state, deletion=None)
    found: R | None = rows.select_for_update(of=("self",), no_key=True).first()
    return found


def running(object_key: str, record_id: int, kind: str) -> Approval | None:
    """The approval of the kind that is open or was returned."""
    rows = Approval.objects.filter(about_key=object_key, about_id=record_id, kind=kind, state__in=RUNNING)
    found: Approval | None = rows.filter(deletion__isnull=True).order_by("-pk").first()
    return found


def returned(object_key: str, record_id: int, kind: str) -> Approval | None:
    """The approval of the kind that its asker has to mend."""
    found = running(object_key, record_id, kind)
    return found if found is not None and found.state == ApprovalState.RETURNED else None
