"""Recurring work of leads: answers that are late, scores whose rules came into force or ended."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from zhike.accounts.models import User
from zhike.domain.leads.models import Lead, LeadState
from zhike.domain.leads.notices import LATE
from zhike.domain.leads.services.scoring import leads_score_all
from zhike.engines.approvals.deciders import managers_of
from zhike.jobs.scheduler import scheduled
from zhike.metadata import notices, records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.notices import Notice
from zhike.metadata.records import Row
from zhike.metadata.storage import storage

AT_ONCE = 500


@scheduled("leads.late", every=60)
def tell_late() -> None:
    """Look once a minute for leads whose first answer is due."""
    leads_escalate()


@scheduled("leads.score", daily_at="00:20")
def score_nightly() -> None:
    """Days on which rules begin and end."""
    leads_score_all()


def leads_escalate(now: datetime | None = None) -> int:
    """Tell owner and manager once of each lead that was not answered within its working hours; returns how many."""
    moment = now or timezone.now()
    with storage().write_transaction():
        rows = Lead.objects.select_for_update(of=("self",), no_key=True).filter(
            state=LeadState.NEW, respond_by__lte=moment, escalated_at__isnull=True, deletion__isnull=True
        )
        late = list(rows.order_by("respond_by", "pk")[:AT_ONCE])
        if not late:
            return 0
        given = [Row({"escalated_at": moment}, id=row.pk) for row in late]
        records.save(registry.get("lead"), given, actor=SYSTEM)
        people = {row.owner_id for row in late if row.owner_id is not None}
        names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
        above = {pk: tuple(managers_of(pk)) for pk in people}
        notices.send(
            [
                Notice(
                    LATE.key,
                    (row.owner_id, *above[row.owner_id]),
                    "lead",
                    row.pk,
                    params={"person": names.get(row.owner_id, "")},
                    once=f"{LATE.key}:{row.pk}:{row.respond_by}",
                )
                for row in late
                if row.owner_id is not None
            ]
        )
    return len(late)
