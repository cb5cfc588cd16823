"""Approvals that wait for a person's word go to the successor, who then sees them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.engines.approvals.models import Approval, ApprovalSigner, ApprovalState, SignerState, StepState
from zhike.engines.approvals.path import let_in
from zhike.engines.hand_over.parts import Part, leave_out, register
from zhike.metadata.actor import Actor


def move_places(given: Mapping[int, int], actor: Actor) -> None:
    """Give the places of whoever was taken off the deciders to the successor."""
    for approval in Approval.objects.filter(pk__in=given).prefetch_related("deciders"):
        successor = given[approval.pk]
        deciders = {user.pk for user in approval.deciders.all()}
        rows = ApprovalSigner.objects.filter(
            step__approval=approval, step__state=StepState.ACTIVE, state=SignerState.WAITING
        )
        for place in rows.exclude(user_id__in=deciders):
            ApprovalSigner.objects.filter(pk=place.pk).update(state=SignerState.RELEASED)
            ApprovalSigner.objects.get_or_create(
                step_id=place.step_id, user_id=successor, defaults={"instead_of_id": place.user_id}
            )
        let_in(approval.pk, [successor], actor)


# Who was away stays so, whoever takes over.
leave_out("absence")
register(
    Part(
        "approval",
        "deciders",
        filter={"field": "state", "op": "eq", "value": ApprovalState.OPEN.value},
        label=_("Approvals to decide"),
        is_departments=True,
        action="view",
        moved=move_places,
    )
)
