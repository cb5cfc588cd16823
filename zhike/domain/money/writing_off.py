"""Write-offs that somebody has to say yes to first: until then nothing is given up."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.money.choices import WriteOffState
from zhike.domain.money.models import WriteOff
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval, ApprovalState
from zhike.engines.approvals.requiring import approval_required, asked_about
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.records import record_save

KIND = "write_off"
NO_LONGER = Problem("decided_already", _("This write-off does not wait any more."))


def write_offs_ask(ids: Collection[int], *, actor: Actor) -> None:
    """Have those wait that a flow asks about; asked when one is written or its amount changes, in that transaction.

    What the product writes by itself, or on somebody's behalf, is asked about no more.
    """
    if actor.is_system:
        return
    for row in WriteOff.objects.filter(pk__in=ids, deletion=None).exclude(state=WriteOffState.REFUSED).order_by("pk"):
        hold = partial(_move, row.pk, WriteOffState.WAITING, actor)
        is_waiting = row.state == WriteOffState.WAITING
        if not approval_required(registry.get("write_off"), row.pk, kind=KIND, actor=actor, hold=hold) and is_waiting:
            _move(row.pk, WriteOffState.COUNTED, actor)


def _move(pk: int, state: WriteOffState, actor: Actor) -> None:
    record_save(registry.get("write_off"), {"state": state.value}, id=pk, actor=on_behalf(actor))


def write_off_granted(approval: Approval, *, actor: Actor) -> None:
    """From now on it is given up, if so much is still open."""
    row = asked_about(approval, WriteOff, WriteOffState.WAITING)
    if row is not None:
        _move(row.pk, WriteOffState.COUNTED, actor)


def write_off_refused(approval: Approval, *, actor: Actor) -> None:
    """It never counts."""
    row = asked_about(approval, WriteOff, WriteOffState.WAITING)
    if row is not None:
        _move(row.pk, WriteOffState.REFUSED, actor)


def write_off_ended(approval: Approval, *, actor: Actor) -> None:
    """Returned it waits for its asker; withdrawn it never counts."""
    if not Approval.objects.filter(pk=approval.pk, state=ApprovalState.RETURNED).exists():
        write_off_refused(approval, actor=actor)


def write_off_again(approval: Approval, *, actor: Actor) -> None:
    """Only what waits is asked about again."""
    row = asked_about(approval, WriteOff, WriteOffState.WAITING)
    if row is None:
        raise Invalid({"": [NO_LONGER]})
    _move(row.pk, WriteOffState.WAITING, actor)


register(
    ApprovalKind(
        KIND,
        _("Write-off"),
        objects=("write_off",),
        on_grant=write_off_granted,
        on_refuse=write_off_refused,
        on_end=write_off_ended,
        on_again=write_off_again,
        icon="x",
        tone="amber",
    )
)
