"""Other people on the path while it runs: passing one's place on, and asking somebody else before or after."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from zhike.engines.approvals.deciders import usable
from zhike.engines.approvals.deciding import held, places_of, require_place, require_words
from zhike.engines.approvals.definition import Who, written_who
from zhike.engines.approvals.models import (
    Approval,
    ApprovalSigner,
    ApprovalStep,
    Happening,
    SignerState,
    StepState,
)
from zhike.engines.approvals.path import advance, ask, deciders_refresh, definition_of, note
from zhike.engines.approvals.told import NO_SELF, NOT_ANOTHER
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid
from zhike.metadata.storage import storage

BEFORE, AFTER = "before", "after"


def approval_pass_on(ids: Sequence[int], *, person: int, actor: Actor, answer: str | None = None) -> None:
    """Let somebody else decide in the actor's place, with a remark. Raises Denied, or Invalid for an unfit person."""
    with storage().write_transaction():
        for approval in held(ids):
            places = places_of(approval, actor)
            require_place(approval, places, actor)
            require_another(approval, person, actor)
            for place in places:
                _pass(approval, place, person, answer or "", actor)
            deciders_refresh(approval, actor=actor)


def _pass(approval: Approval, place: ApprovalSigner, person: int, remark: str, actor: Actor) -> None:
    rows = ApprovalSigner.objects.filter(pk=place.pk, state=SignerState.WAITING)
    rows.update(state=SignerState.PASSED_ON, decided_at=timezone.now(), remark=remark.strip())
    if place.step.signers.filter(user_id=person).exists():
        raise Invalid({"person": [NOT_ANOTHER]})
    ApprovalSigner.objects.create(step=place.step, user_id=person, instead_of_id=actor.user_id)
    note(approval, Happening.PASSED_ON, actor=actor, step=place.step, remark=remark.strip(), people=[person])
    ask(approval, place.step, [person], actor=actor)


def approval_add_signer(
    ids: Sequence[int], *, person: int, place: str, actor: Actor, answer: str | None = None
) -> None:
    """Ask somebody else too: before one decides oneself, or after. Needs a reason. Raises Denied or Invalid."""
    require_words(answer)
    with storage().write_transaction():
        for approval in held(ids):
            places = places_of(approval, actor)
            require_place(approval, places, actor)
            require_another(approval, person, actor)
            _add(approval, places[0].step, person, before=place == BEFORE, remark=answer or "", actor=actor)


def _add(approval: Approval, step: ApprovalStep, person: int, *, before: bool, remark: str, actor: Actor) -> None:
    """A stage of its own for the person; before, what is open waits until it is done."""
    stage = step.stage if before else step.stage + 1
    later = approval.steps.filter(round=approval.round, stage__gte=stage)
    if before:
        later.filter(state=StepState.ACTIVE).update(state=StepState.WAITING, due_at=None)
    later.update(stage=F("stage") + 1)
    added = ApprovalStep.objects.create(
        approval=approval,
        round=approval.round,
        stage=stage,
        who=written_who([Who("people", (person,))]),
        hours=step.hours,
        late=step.late if step.late != "expire" else "remind",
        added_by_id=actor.user_id,
    )
    note(approval, Happening.SIGNER_ADDED, actor=actor, step=added, remark=remark.strip(), people=[person])
    advance(approval, actor=actor)


def require_another(approval: Approval, person: int, actor: Actor) -> None:
    """Raise Invalid unless the person can sign in, is not the actor, and not the asker of what nobody grants themselves."""
    if person == actor.user_id or not usable([person]):
        raise Invalid({"person": [NOT_ANOTHER]})
    if person == approval.owner_id and not definition_of(approval).may_self:
        raise Invalid({"person": [NO_SELF]})
