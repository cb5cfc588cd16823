"""The first answer to a lead, and giving it back with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.leads.models import Lead, LeadState
from zhike.domain.leads.notices import RETURNED
from zhike.engines.approvals.deciders import managers_of
from zhike.metadata import notices, policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.notices import Notice
from zhike.metadata.records import Row
from zhike.metadata.storage import storage

CONVERTED = Problem("converted", _("This lead is converted already."))
LONGEST = 2_000


def held(ids: Sequence[int], actor: Actor) -> list[Lead]:
    """Leads that the actor may change and that are not converted, locked. Raises NotFound or Invalid."""
    reached: Any = policy.queryset_for(actor, registry.get("lead"), "edit").filter(pk__in=ids).values("pk")
    rows = list(Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=reached).order_by("pk"))
    if missing := set(ids) - {row.pk for row in rows}:
        raise NotFound("lead", min(missing))
    if any(row.state == LeadState.CONVERTED for row in rows):
        raise Invalid({"": [CONVERTED]})
    return rows


def save(rows: Sequence[Row], actor: Actor) -> None:
    for written in records.save(registry.get("lead"), rows, actor=on_behalf(actor)).rows:
        if written.problems:
            raise Invalid(written.problems)


def lead_respond(ids: Sequence[int], *, actor: Actor, said: str) -> None:
    """Note the first answer; the deadline is met from then on. Raises NotFound or Invalid."""
    with storage().write_transaction():
        now = timezone.now()
        rows = [
            Row(
                {
                    "state": LeadState.WORKING.value,
                    "responded_at": row.responded_at or now,
                    "note": f"{row.note}\n{said.strip()}" if row.note else said.strip(),
                },
                id=row.pk,
            )
            for row in held(ids, actor)
        ]
        save(rows, actor)


def lead_return(ids: Sequence[int], *, actor: Actor, reason: str) -> None:
    """Give leads back: nobody owns them then, the manager is told, and by the rules they go to somebody else."""
    with storage().write_transaction():
        found = held(ids, actor)
        values = {"state": LeadState.RETURNED.value, "return_reason": reason.strip()[:LONGEST], "owner": None}
        for row in found:
            returned = [*row.trail.get("returned_by", ()), row.owner_id or actor.user_id]
            Lead.objects.filter(pk=row.pk).update(trail={**row.trail, "returned_by": returned})
        save([Row({**values, "respond_by": None}, id=row.pk) for row in found], actor)
        notices.send(
            [
                Notice(
                    RETURNED.key,
                    tuple(managers_of(row.owner_id or actor.user_id or 0)),
                    "lead",
                    row.pk,
                    actor_id=actor.user_id,
                    params={"reason": reason.strip()[:200]},
                )
                for row in found
            ]
        )
