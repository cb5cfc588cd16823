"""Granting, refusing, returning, sending again, withdrawing; each word counts once, whoever is first."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from zhike.engines.approvals.closing import close
from zhike.engines.approvals.definition import Step, read
from zhike.engines.approvals.kinds import find_kind
from zhike.engines.approvals.models import (
    RUNNING,
    Approval,
    ApprovalSigner,
    ApprovalState,
    ApprovalStep,
    Happening,
    SignerState,
    StepState,
)
from zhike.engines.approvals.needs import version_in_force
from zhike.engines.approvals.path import (
    NobodyLeft,
    acting,
    advance,
    as_step,
    definition_of,
    lay,
    note,
    step_close,
    steps_of,
    verdict,
)
from zhike.engines.approvals.starting import facts_of
from zhike.engines.approvals.told import DECIDED_ALREADY, NOBODY, SAY_WHY
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.storage import storage

WORDS = {SignerState.GRANTED: Happening.GRANTED, SignerState.REFUSED: Happening.REFUSED}


def approval_grant(ids: Sequence[int], *, actor: Actor, answer: str | None = None) -> None:
    """Grant approvals, and carry out those of which that was the last word; all or none.

    Saying it again changes nothing. Raises Denied for who is not asked, Invalid when one is no longer open or cannot be carried out.
    """
    _say(ids, SignerState.GRANTED, answer, actor=actor)


def approval_refuse(ids: Sequence[int], *, actor: Actor, answer: str | None = None) -> None:
    """Refuse approvals with the reason. Raises as ``approval_grant``."""
    require_words(answer)
    _say(ids, SignerState.REFUSED, answer, actor=actor)


def approval_return(ids: Sequence[int], *, actor: Actor, answer: str | None = None) -> None:
    """Give approvals back to the asker with a remark, to be mended and sent again. Raises as ``approval_grant``."""
    require_words(answer)
    with storage().write_transaction():
        for approval in held(ids):
            places = places_of(approval, actor)
            require_place(approval, places, actor)
            _write(places, SignerState.RETURNED, answer)
            note(approval, Happening.RETURNED, actor=actor, step=places[0].step, remark=answer or "")
            close(approval, ApprovalState.RETURNED, answer, actor=actor)


def approval_withdraw(ids: Sequence[int], *, actor: Actor) -> None:
    """Take back what one asked for oneself. Raises Denied, or Invalid when one is no longer open."""
    with storage().write_transaction():
        for approval in held(ids, states=RUNNING):
            if not actor.is_system and approval.owner_id != actor.user_id:
                raise Denied("approval", "withdraw")
            require_writing(actor)
            note(approval, Happening.WITHDRAWN, actor=actor)
            close(approval, ApprovalState.WITHDRAWN, None, actor=actor)


def approval_send_again(ids: Sequence[int], *, actor: Actor, answer: str | None = None) -> None:
    """Send returned approvals again, along the flow as it is now. Raises Denied, or Invalid for one that was not returned."""
    with storage().write_transaction():
        for approval in held(ids, states=(ApprovalState.RETURNED,)):
            if approval.owner_id != actor.user_id:
                raise Denied("approval", "send_again")
            require_writing(actor)
            _send_again(approval, answer or "", actor)


def _send_again(approval: Approval, remark: str, actor: Actor) -> None:
    version = approval.flow_version
    if version is not None:
        version = version_in_force(version.flow) or version
    steps = list(read(version.definition).steps) if version is not None else [_asked_before(approval)]
    approval.round += 1
    approval.flow_version = version
    covers = read(version.definition).covers if version is not None else ()
    about = registry.catalogue().get(approval.about_key)
    facts = facts_of(about, approval.about_id, covers) if about is not None and approval.about_id else {}
    Approval.objects.filter(pk=approval.pk).update(
        round=approval.round, flow_version=version, covers=list(covers), facts=facts
    )
    values = {"state": ApprovalState.OPEN.value, "answer": None, "decided_by": None, "decided_at": None}
    records.record_save(registry.get("approval"), values, actor=acting(actor), id=approval.pk)
    lay(approval, steps)
    note(approval, Happening.SENT_AGAIN, actor=actor, remark=remark)
    kind = find_kind(approval.kind)
    if kind is not None and kind.on_again is not None:
        kind.on_again(approval, actor=actor)
    go_on(approval, None, actor=actor)


def _asked_before(approval: Approval) -> Step:
    people = ApprovalSigner.objects.filter(step__approval=approval, step__round=approval.round)
    return as_step(list(people.order_by("pk").values_list("user_id", flat=True)))


# One word ---------------------------------------------------------------------------------------------------------


def _say(ids: Sequence[int], word: SignerState, answer: str | None, *, actor: Actor) -> None:
    with storage().write_transaction():
        for approval in held(ids, states=None):
            places = places_of(approval, actor)
            if not places and _said_already(approval, word, actor):
                continue
            require_open(approval)
            require_place(approval, places, actor)
            _write(places, word, answer)
            for place in places:
                note(approval, WORDS[word], actor=actor, step=place.step, remark=(answer or "").strip())
            settle(approval, [place.step for place in places], answer, actor=actor)


def settle(approval: Approval, steps: Sequence[ApprovalStep], answer: str | None, *, actor: Actor) -> None:
    """Close the steps on which enough was said, and go on along the path or end it."""
    for step in steps:
        found = verdict(step)
        if found is StepState.REFUSED:
            step_close(step, StepState.REFUSED)
            close(approval, ApprovalState.REFUSED, answer, actor=actor)
            return
        if found is StepState.GRANTED:
            step_close(step, StepState.GRANTED)
    go_on(approval, answer, actor=actor)


def go_on(approval: Approval, answer: str | None, *, actor: Actor) -> None:
    """Open what comes next; after the last step the approval is granted. With nobody left to ask it goes back to the asker."""
    try:
        is_done = advance(approval, actor=actor)
    except NobodyLeft:
        note(approval, Happening.RETURNED, actor=SYSTEM, remark=str(NOBODY.message))
        close(approval, ApprovalState.RETURNED, str(NOBODY.message), actor=SYSTEM)
        return
    if is_done:
        close(approval, ApprovalState.GRANTED, answer, actor=actor)


def held(ids: Sequence[int], *, states: Sequence[str] | None = (ApprovalState.OPEN,)) -> list[Approval]:
    """Approvals in these states (None: any), held until the end of the transaction. Raises Invalid where one is not."""
    wanted = set(ids)
    rows = Approval.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted, deletion__isnull=True)
    found = [row for row in rows.order_by("pk") if states is None or row.state in states]
    if len(found) != len(wanted):
        raise Invalid({"": [DECIDED_ALREADY]})
    return found


def places_of(approval: Approval, actor: Actor) -> list[ApprovalSigner]:
    """The actor's places on open steps where nothing was said yet; all of them for the system."""
    rows = ApprovalSigner.objects.select_related("step").filter(
        step__approval=approval, step__round=approval.round, step__state=StepState.ACTIVE, state=SignerState.WAITING
    )
    return list(rows if actor.is_system and actor.user_id is None else rows.filter(user_id=actor.user_id or 0))


def _said_already(approval: Approval, word: SignerState, actor: Actor) -> bool:
    """Whether this is the same word of the same person again."""
    own = ApprovalSigner.objects.filter(step__approval=approval, step__round=approval.round, user_id=actor.user_id or 0)
    return word in own.values_list("state", flat=True)


def require_open(approval: Approval) -> None:
    if approval.state != ApprovalState.OPEN:
        raise Invalid({"": [DECIDED_ALREADY]})


def require_place(approval: Approval, places: Sequence[ApprovalSigner], actor: Actor) -> None:
    """Raise Denied for who is not asked, or may not decide any more."""
    if actor.is_system:
        return
    require_writing(actor)
    kind = find_kind(approval.kind)
    is_own = approval.owner_id == actor.user_id and not definition_of(approval).may_self
    is_fit = kind is None or kind.may_decide is None or kind.may_decide(approval, actor)
    if not places or is_own or not is_fit:
        raise Denied("approval", "decide")


def require_writing(actor: Actor) -> None:
    """A token that may only read decides nothing."""
    if actor.token_scopes is not None and not actor.token_allows("approval", "decide"):
        raise Denied("approval", "decide")


def require_words(answer: str | None) -> None:
    if not (answer or "").strip():
        raise Invalid({"answer": [SAY_WHY]})


def _write(places: Sequence[ApprovalSigner], word: SignerState, answer: str | None) -> None:
    """Write down what was said; a place that has its word keeps it, whatever happens at the same time."""
    rows = ApprovalSigner.objects.filter(pk__in=[place.pk for place in places], state=SignerState.WAITING)
    if rows.update(state=word, decided_at=timezone.now(), remark=(answer or "").strip()) != len(places):
        raise Invalid({"": [DECIDED_ALREADY]})


def current_steps(approval: Approval) -> list[ApprovalStep]:
    """The steps that are open now."""
    return [step for step in steps_of(approval) if step.state == StepState.ACTIVE]
