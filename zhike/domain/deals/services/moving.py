"""Moving deals, winning and losing them, and opening them again; any number in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.models import Opportunity, OpportunityLine, StageMove
from zhike.domain.deals.pipelines import Process, latest_processes, processes_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.object_type import Values
from zhike.metadata.records import Row, SaveResult, save
from zhike.metadata.storage import storage

ELSEWHERE = Problem("moved_meanwhile", _("Somebody has moved this deal in the meantime: look where it stands now."))
NOT_OPEN = Problem("not_open", _("This deal is closed already."))
NOT_CLOSED = Problem("not_closed", _("This deal is open."))
LINES_DECIDE = Problem("lines_decide", _("The lines say what this deal is worth: change them first."))
AMOUNT_NEEDED = Problem("required", _("Say for how much it was won."))
NO_SUCH_STAGE = Problem("unknown_stage", _("Choose a stage that a pipeline has today."))
REASON_NEEDED = Problem("required", _("Say which competitor, or another reason."))


def deal_move(ids: Sequence[int], *, actor: Actor, stage: str, stands_in: str | None = None) -> SaveResult:
    """Bring deals into a stage, as far as the rules let them; ``stands_in`` refuses those that somebody moved meanwhile.

    A deal that stands there already stays as it is, so that asking twice moves once.
    """
    with storage().write_transaction():
        if stands_in:
            rows = _locked(ids, actor)
            if any(row.stage not in {stands_in, stage} for row in rows):
                raise Invalid({"stage": [ELSEWHERE]})
        return _written([Row({"stage": stage}, id=pk) for pk in ids], actor)


def deal_change_pipeline(ids: Sequence[int], *, actor: Actor, stage: str) -> SaveResult:
    """Put open deals under the latest version of the pipeline that the stage belongs to, and into the stage."""
    with storage().write_transaction():
        rows = _open_ones(ids, actor)
        process = next((found for found in latest_processes().values() if found.definition.stage(stage)), None)
        if process is None:
            raise Invalid({"stage": [NO_SUCH_STAGE]})
        values = {"pipeline": process.pipeline.key, "process_version": process.number, "stage": stage}
        return _written([Row(values, id=row.pk) for row in rows], on_behalf(actor))


def deal_win(
    ids: Sequence[int],
    *,
    actor: Actor,
    amount: int | None = None,
    win_reason: str | None = None,
    close_note: str | None = None,
) -> SaveResult:
    """Win open deals: they come into the pipeline's winning stage where it has one. ``amount`` is in minor units."""
    with storage().write_transaction():
        rows = _open_ones(ids, actor)
        processes = _processes(rows)
        if amount is None and any(row.amount is None for row in rows):
            raise Invalid({"amount": [AMOUNT_NEEDED]})
        if amount is not None and any(row.amount != amount for row in _with_lines(rows)):
            raise Invalid({"amount": [LINES_DECIDE]})
        told = {"win_reason": win_reason, "close_note": close_note, "amount": amount}
        written = [Row({**_given(told), **_won(row, processes)}, id=row.pk) for row in rows]
        return _written(written, on_behalf(actor))


def _with_lines(rows: Sequence[Opportunity]) -> list[Opportunity]:
    listed = OpportunityLine.objects.filter(opportunity__in=[row.pk for row in rows], deletion=None)
    filled = set(listed.values_list("opportunity_id", flat=True))
    return [row for row in rows if row.pk in filled]


def _won(row: Opportunity, processes: dict[tuple[str, int], Process]) -> Values:
    winning = processes[row.pipeline, row.process_version].definition.winning
    values: Values = {"state": DealState.WON.value, "closed_at": timezone.now(), "loss_reason": None, "moves_at": None}
    return {**values, "stage": winning.key} if winning else {**values, "probability": 100}


def deal_lose(
    ids: Sequence[int],
    *,
    actor: Actor,
    loss_reason: str,
    competitor: str | None = None,
    close_note: str | None = None,
) -> SaveResult:
    """Lose open deals with the reason, in the stage where they stand."""
    if loss_reason == "competitor" and not (competitor or "").strip():
        raise Invalid({"competitor": [REASON_NEEDED]})
    with storage().write_transaction():
        rows = _open_ones(ids, actor)
        told = _given({"competitor": competitor, "close_note": close_note})
        values = {
            "state": DealState.LOST.value,
            "closed_at": timezone.now(),
            "loss_reason": loss_reason,
            "probability": 0,
            "moves_at": None,
        }
        written = [Row({**told, **values}, id=row.pk) for row in rows]
        return _written(written, on_behalf(actor))


def deal_reopen(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Open closed deals again: lost ones where they stood, won ones in the stage before they were won."""
    with storage().write_transaction():
        rows = _locked(ids, actor)
        if any(row.state == DealState.OPEN for row in rows):
            raise Invalid({"": [NOT_CLOSED]})
        processes = _processes(rows)
        before = _last_open_stages([row.pk for row in rows])
        written = []
        for row in rows:
            definition = processes[row.pipeline, row.process_version].definition
            standing = definition.stage(row.stage)
            stage = standing
            if standing is None or standing.wins:
                stage = definition.stage(before.get(row.pk)) or definition.stages[0]
            values = {"state": DealState.OPEN.value, "closed_at": None, "win_reason": None, "loss_reason": None}
            probability = stage.probability if stage else None
            written.append(
                Row({**values, "stage": stage.key if stage else row.stage, "probability": probability}, id=row.pk)
            )
        return _written(written, on_behalf(actor))


def _written(rows: Sequence[Row], actor: Actor) -> SaveResult:
    """All or nothing; raises Invalid with what stands in the way of the first that is refused."""
    result = save(registry.get("opportunity"), rows, actor=actor)
    for row in result.rows:
        if row.problems:
            raise Invalid(row.problems)
    return result


def _last_open_stages(ids: Sequence[int]) -> dict[int, str]:
    rows = StageMove.objects.filter(opportunity_id__in=ids, state=DealState.OPEN).order_by("pk")
    return dict(rows.values_list("opportunity_id", "stage"))


def _given(values: Values) -> Values:
    return {key: value for key, value in values.items() if value is not None}


def _processes(rows: Sequence[Opportunity]) -> dict[tuple[str, int], Process]:
    return processes_of({(row.pipeline, row.process_version) for row in rows})


def _open_ones(ids: Sequence[int], actor: Actor) -> list[Opportunity]:
    rows = _locked(ids, actor)
    if any(row.state != DealState.OPEN for row in rows):
        raise Invalid({"": [NOT_OPEN]})
    return rows


def _locked(ids: Sequence[int], actor: Actor) -> list[Opportunity]:
    """The deals, locked until the transaction ends; raises Denied or NotFound for those that the actor may not change."""
    opportunity = registry.get("opportunity")
    policy.require(actor, opportunity, "edit")
    rows: Any = policy.queryset_for(actor, opportunity, "edit").filter(pk__in=ids)
    found = list(rows.order_by("pk").select_for_update(no_key=True))
    if missing := set(ids) - {row.pk for row in found}:
        seen = policy.queryset_for(actor, opportunity).filter(pk__in=missing).exists()
        if seen:
            raise Denied(opportunity.key, "edit")
        raise NotFound(opportunity.key, min(missing))
    return found
