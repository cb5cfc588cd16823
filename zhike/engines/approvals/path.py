"""The path of an approval: laying its steps, opening the next, and what a word does to a step."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhike.accounts.rights import on_behalf
from zhike.engines.approvals.definition import Definition, Step, Who, read, read_who, written_who
from zhike.engines.approvals.models import (
    Approval,
    ApprovalEvent,
    ApprovalSigner,
    ApprovalStep,
    Happening,
    SignerState,
    StepState,
)
from zhike.engines.approvals.told import ASKED
from zhike.engines.approvals.who import Found, Matter, approvers
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import notices, policy, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.filters import compile_filter
from zhike.metadata.models import TeamMember
from zhike.metadata.notices import Notice
from zhike.metadata.saving import context_for

log = logging.getLogger(__name__)


class NobodyLeft(Exception):
    """No step can be decided, because nobody but the asker can sign in."""


def acting(actor: Actor) -> Actor:
    """Who writes the approval: the system, for the person."""
    return actor if actor.is_system else on_behalf(actor)


def note(
    approval: Approval,
    what: Happening,
    *,
    actor: Actor,
    step: ApprovalStep | None = None,
    remark: str = "",
    people: Sequence[int] = (),
    **details: Any,
) -> None:
    """Add to what happened; nothing of it is ever changed."""
    ApprovalEvent.objects.create(
        approval=approval,
        step=step,
        at=timezone.now(),
        actor_id=actor.user_id,
        what=what,
        remark=remark,
        details={**({"people": list(people)} if people else {}), **details},
    )


def definition_of(approval: Approval) -> Definition:
    """What the flow says; nothing but its steps for an approval without one."""
    return read(approval.flow_version.definition) if approval.flow_version is not None else Definition(steps=())


def matter_of(approval: Approval) -> Matter:
    return Matter(approval.owner_id, approval.about_key, approval.about_id)


def holds(about_key: str, about_id: int | None, rule: Mapping[str, Any] | None) -> bool:
    """Whether the record fulfils the filter; one that is gone does not."""
    if not rule:
        return True
    if about_id is None or about_key not in registry.catalogue():
        return False
    object_type = registry.get(about_key)
    rows: Any = policy.every_record(object_type).filter(pk=about_id, deletion__isnull=True)
    return bool(rows.filter(compile_filter(object_type, rule, context_for(SYSTEM))).exists())


# Laying -----------------------------------------------------------------------------------------------------------


def lay(approval: Approval, steps: Sequence[Step]) -> None:
    """The steps of the present round, none of them open yet."""
    stage, rows = 0, []
    for step in steps:
        stage += 0 if step.beside and stage else 1
        rows.append(
            ApprovalStep(
                approval=approval,
                round=approval.round,
                stage=stage,
                name=step.name,
                name_en=step.name_en,
                need=step.need,
                share=step.share,
                who=written_who(step.who),
                when=step.when,
                hours=step.hours,
                late=step.late,
            )
        )
    ApprovalStep.objects.bulk_create(rows)


def due_after(now: datetime, hours: int | None) -> datetime | None:
    """When the working hours are over; None without a limit, and where the calendar does not know the year."""
    if hours is None:
        return None
    try:
        return working_calendar().add_working_time(now, timedelta(hours=hours))
    except YearNotKnown as unknown:
        log.warning("the working days of %s are not known: a step of an approval has no time limit", unknown.year)
        return None


# Opening ----------------------------------------------------------------------------------------------------------


def steps_of(approval: Approval) -> list[ApprovalStep]:
    """Steps of the present round in order."""
    return list(approval.steps.filter(round=approval.round).order_by("stage", "id"))


def advance(approval: Approval, *, actor: Actor) -> bool:
    """Open the next stage where none is open; whether the whole path lies behind. Raises NobodyLeft."""
    while True:
        steps = steps_of(approval)
        if any(step.state == StepState.ACTIVE for step in steps):
            deciders_refresh(approval, actor=actor)
            return False
        waiting = [step for step in steps if step.state == StepState.WAITING]
        if not waiting:
            return True
        for step in waiting:
            if step.stage == waiting[0].stage:
                _open(approval, step, actor=actor)


def _open(approval: Approval, step: ApprovalStep, *, actor: Actor) -> None:
    now = timezone.now()
    if not holds(approval.about_key, approval.about_id, step.when):
        step.state, step.closed_at = StepState.SKIPPED, now
        step.save()
        note(approval, Happening.SKIPPED, actor=SYSTEM, step=step)
        return
    step.state, step.opened_at = StepState.ACTIVE, step.opened_at or now
    step.due_at = step.due_at if step.late == "expire" and step.due_at else due_after(now, step.hours)
    step.save()
    if step.signers.filter(state=SignerState.WAITING).exists():
        people = list(step.signers.filter(state=SignerState.WAITING).values_list("user_id", flat=True))
    else:
        people = _find(approval, step)
    ask(approval, step, people, actor=actor)


def _find(approval: Approval, step: ApprovalStep) -> list[int]:
    """Seat the people of a step and note in whose place they sit."""
    definition = definition_of(approval)
    found = approvers(
        read_who(step.who),
        matter_of(approval),
        fallback=definition.fallback,
        may_self=definition.may_self,
        today=timezone.localdate(),
    )
    if not found.people:
        raise NobodyLeft
    seat(approval, step, found)
    return found.people


def seat(approval: Approval, step: ApprovalStep, found: Found) -> None:
    """Give people their places on a step; one that they have already stays as it is."""
    ApprovalSigner.objects.bulk_create(
        [ApprovalSigner(step=step, user_id=pk, instead_of_id=found.instead_of.get(pk)) for pk in found.people],
        ignore_conflicts=True,
    )
    for deputy, person in found.instead_of.items():
        note(approval, Happening.STOOD_IN, actor=SYSTEM, step=step, people=[person, deputy])
    if found.fell_back:
        note(approval, Happening.FELL_BACK, actor=SYSTEM, step=step, people=found.people, to=found.fell_back)


def ask(approval: Approval, step: ApprovalStep, people: Sequence[int], *, actor: Actor) -> None:
    """Let people see the approval and tell them that their word is awaited."""
    let_in(approval.pk, people, actor)
    asker = approval.owner_id or actor.user_id
    once = f"approval:{step.pk}:{','.join(str(pk) for pk in sorted(people))}"
    notices.send([Notice(ASKED.key, tuple(people), "approval", approval.pk, actor_id=asker, once=once)])


def let_in(pk: int, people: Sequence[int], actor: Actor) -> None:
    """Those who decide see the approval beside its asker; whoever sees it already is left as they are."""
    now = timezone.now()
    TeamMember.objects.bulk_create(
        [
            TeamMember(
                object_key="approval",
                record_id=pk,
                user_id=user_id,
                access=TeamMember.Access.VIEW,
                added_at=now,
                added_by_id=actor.user_id,
            )
            for user_id in people
        ],
        ignore_conflicts=True,
    )


def deciders_refresh(approval: Approval, *, actor: Actor) -> None:
    """Write down on the approval whose word is awaited now and until when."""
    active = [step for step in steps_of(approval) if step.state == StepState.ACTIVE]
    rows = ApprovalSigner.objects.filter(step__in=active, state=SignerState.WAITING)
    due = [step.due_at for step in active if step.due_at is not None]
    values = {
        "deciders": sorted(set(rows.values_list("user_id", flat=True))),
        "expires_at": min(due, default=None),
    }
    records.record_save(registry.get("approval"), values, actor=acting(actor), id=approval.pk)


# What a word does -------------------------------------------------------------------------------------------------


def verdict(step: ApprovalStep) -> StepState:
    """What the words so far make of a step: GRANTED, REFUSED or still ACTIVE."""
    states = list(step.signers.values_list("state", flat=True))
    granted, refused = states.count(SignerState.GRANTED), states.count(SignerState.REFUSED)
    total = granted + refused + states.count(SignerState.WAITING)
    needed = {"any": 1, "all": total, "share": min(step.share, total)}[step.need]
    if granted >= needed:
        return StepState.GRANTED
    # Of people of whom one is enough, whoever answers first decides.
    if (step.need == "any" and refused) or total - refused < needed:
        return StepState.REFUSED
    return StepState.ACTIVE


def step_close(step: ApprovalStep, state: StepState) -> None:
    """End a step; whoever was still asked there is not needed any more."""
    step.state, step.closed_at = state, timezone.now()
    step.save()
    step.signers.filter(state=SignerState.WAITING).update(state=SignerState.RELEASED)


def path_close(approval: Approval, last: StepState) -> None:
    """End every step that is open (as ``last``) or to come."""
    for step in steps_of(approval):
        if step.state == StepState.ACTIVE:
            step_close(step, last)
        elif step.state == StepState.WAITING:
            step_close(step, StepState.ENDED)


def as_step(people: Sequence[int]) -> Step:
    """A step decided by whoever of these people answers first."""
    return Step(name="", who=(Who("people", tuple(people)),))
