"""Leads follow the change log: each new or changed one is scored, and given to somebody if nobody owns it."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.domain.leads.services.assigning import leads_assign
from zhike.domain.leads.services.scoring import leads_score, leads_score_all
from zhike.metadata import changes
from zhike.metadata.models import Change

WRITTEN = (Change.Action.CREATE, Change.Action.UPDATE, Change.Action.RESTORE)


@changes.consumer("leads")
def follow(given: Sequence[Change]) -> None:
    """Score and give out what was written; all of them where a rule changed."""
    ids = {change.record_id for change in given if change.object_key == "lead" and change.action in WRITTEN}
    if ids:
        leads_score(ids)
        leads_assign(ids)
    if any(change.object_key == "lead_score_rule" for change in given):
        leads_score_all()
