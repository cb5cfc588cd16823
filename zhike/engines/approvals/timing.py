"""What happens by itself: answers that are late, and people who went away while something waits for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from zhike.accounts.absences import substitutes
from zhike.engines.approvals.closing import close
from zhike.engines.approvals.deciders import managers_of, people_with_privilege, usable
from zhike.engines.approvals.deciding import go_on
from zhike.engines.approvals.models import (
    Approval,
    ApprovalSigner,
    ApprovalState,
    ApprovalStep,
    Happening,
    SignerState,
    StepState,
)
from zhike.engines.approvals.path import (
    ask,
    deciders_refresh,
    definition_of,
    due_after,
    matter_of,
    note,
    seat,
    step_close,
)
from zhike.engines.approvals.told import REMINDER
from zhike.engines.approvals.who import Found, approvers
from zhike.metadata import notices
from zhike.metadata.actor import SYSTEM
from zhike.metadata.notices import Notice
from zhike.metadata.storage import storage

AT_ONCE = 500


def approvals_time_out(now: datetime | None = None) -> int:
    """Do what each step's flow says about those that nobody answered in time; returns how many."""
    moment = now or timezone.now()
    rows = ApprovalStep.objects.filter(
        state=StepState.ACTIVE, due_at__lte=moment, approval__state=ApprovalState.OPEN, approval__deletion__isnull=True
    )
    ids = list(rows.order_by("due_at", "pk").values_list("approval_id", "pk")[:AT_ONCE])
    return sum(_time_out(approval_id, step_id, moment) for approval_id, step_id in ids)


def _time_out(approval_id: int, step_id: int, moment: datetime) -> int:
    """Look again under the lock: somebody may have answered meanwhile."""
    with storage().write_transaction():
        approval = _held(approval_id)
        step = ApprovalStep.objects.filter(pk=step_id, state=StepState.ACTIVE, due_at__lte=moment).first()
        if approval is None or step is None:
            return 0
        CONSEQUENCES[step.late](approval, step, moment)
    return 1


def _held(approval_id: int) -> Approval | None:
    rows = Approval.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=approval_id, state=ApprovalState.OPEN, deletion__isnull=True).first()


def _waiting(step: ApprovalStep) -> list[int]:
    return list(step.signers.filter(state=SignerState.WAITING).values_list("user_id", flat=True))


def _again(approval: Approval, step: ApprovalStep, moment: datetime) -> None:
    """The next look comes after as many working hours again."""
    step.due_at = due_after(moment, step.hours)
    step.save()
    deciders_refresh(approval, actor=SYSTEM)


def _remind(approval: Approval, step: ApprovalStep, moment: datetime) -> None:
    people = _waiting(step)
    note(approval, Happening.REMINDED, actor=SYSTEM, step=step, people=people)
    notices.send([Notice(REMINDER.key, tuple(people), "approval", approval.pk)])
    _again(approval, step, moment)


def _escalate(approval: Approval, step: ApprovalStep, moment: datetime) -> None:
    """Ask those above whoever has not answered too, each of whom may then decide for the step; at the top, the administrators."""
    asked = set(step.signers.values_list("user_id", flat=True)) | {approval.owner_id}
    above = [pk for person in _waiting(step) for pk in managers_of(person) if pk not in asked]
    people = above or [pk for pk in people_with_privilege("settings") if pk not in asked]
    if not people:
        _remind(approval, step, moment)
        return
    if step.need != "share":
        step.need = "any"
    note(approval, Happening.ESCALATED, actor=SYSTEM, step=step, people=people)
    seat(approval, step, Found(list(dict.fromkeys(people))))
    ask(approval, step, people, actor=SYSTEM)
    _again(approval, step, moment)


def _grant(approval: Approval, step: ApprovalStep, _moment: datetime) -> None:
    note(approval, Happening.TIMED_OUT, actor=SYSTEM, step=step, to="granted")
    step_close(step, StepState.GRANTED)
    go_on(approval, None, actor=SYSTEM)


def _refuse(approval: Approval, step: ApprovalStep, _moment: datetime) -> None:
    note(approval, Happening.TIMED_OUT, actor=SYSTEM, step=step, to="refused")
    close(approval, ApprovalState.REFUSED, None, actor=SYSTEM)


def _expire(approval: Approval, step: ApprovalStep, _moment: datetime) -> None:
    note(approval, Happening.TIMED_OUT, actor=SYSTEM, step=step)
    close(approval, ApprovalState.EXPIRED, None, actor=SYSTEM)


CONSEQUENCES: dict[str, Any] = {
    "remind": _remind,
    "escalate": _escalate,
    "grant": _grant,
    "refuse": _refuse,
    #: The whole approval ends, as what was asked of named people does.
    "expire": _expire,
}


# People who went away ----------------------------------------------------------------------------------------------


def approvals_mend() -> int:
    """Replace whoever is away or can no longer sign in while their word is awaited; returns how many places moved."""
    rows = ApprovalSigner.objects.filter(
        state=SignerState.WAITING,
        step__state=StepState.ACTIVE,
        step__approval__state=ApprovalState.OPEN,
        step__approval__deletion__isnull=True,
    )
    places = list(rows.values_list("pk", "user_id", "step__approval_id").order_by("pk"))
    people = list(dict.fromkeys(user_id for _pk, user_id, _approval in places))
    able = set(usable(people))
    away = substitutes(people, timezone.localdate())
    moved = [place for place in places if place[1] not in able or away.get(place[1]) is not None]
    return sum(_replace(approval_id, pk, away.get(user_id)) for pk, user_id, approval_id in moved[:AT_ONCE])


def _replace(approval_id: int, signer_id: int, deputy: int | None) -> int:
    with storage().write_transaction():
        approval = _held(approval_id)
        place = ApprovalSigner.objects.select_related("step").filter(pk=signer_id, state=SignerState.WAITING).first()
        if approval is None or place is None:
            return 0
        definition = definition_of(approval)
        barred = None if definition.may_self else approval.owner_id
        if deputy is not None and deputy != barred:
            found = Found([deputy], {deputy: place.user_id})
        elif place.step.signers.filter(state=SignerState.WAITING).count() > 1:
            found = Found()
        else:
            found = approvers(
                (),
                matter_of(approval),
                fallback=definition.fallback,
                may_self=definition.may_self,
                today=timezone.localdate(),
            )
            if not found.people:
                return 0
        ApprovalSigner.objects.filter(pk=place.pk).update(state=SignerState.RELEASED)
        taken = set(place.step.signers.values_list("user_id", flat=True))
        found.people = [pk for pk in found.people if pk not in taken]
        seat(approval, place.step, found)
        if found.people:
            ask(approval, place.step, found.people, actor=SYSTEM)
        deciders_refresh(approval, actor=SYSTEM)
    return 1
