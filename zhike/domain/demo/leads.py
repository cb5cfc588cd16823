"""Leads of the demo with the rules by which they are scored and given out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from zhike.domain.demo.vocabulary import toml
from zhike.domain.leads.services.assigning import leads_assign
from zhike.domain.leads.services.scoring import leads_score
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.records import Row, record_save, save

#: Score rules hold since then, so that leads of the story have their points.
RULES_SINCE = timedelta(days=90)


def leads(people: Mapping[Any, int], today: date) -> None:
    """Write rules and leads; those without an owner are given out by the rules."""
    told = toml("leads.toml")
    for rule in told["score_rules"]:
        record_save(registry.get("lead_score_rule"), {**rule, "starts_on": today - RULES_SINCE}, actor=SYSTEM)
    for rule in told["rules"]:
        listed = [people[name] for name in rule["people"] if name in people]
        if listed:
            record_save(registry.get("lead_rule"), {**rule, "people": listed}, actor=SYSTEM)
    rows = [Row({**lead, "owner": people.get(lead.get("owner"))}) for lead in told["leads"]]
    written = save(registry.get("lead"), rows, actor=SYSTEM).rows
    for row in written:
        if row.problems:
            raise Invalid(row.problems)
    # What follows the change log begins behind what the demo wrote.
    ids = {row.id for row in written if row.id is not None}
    leads_score(ids)
    leads_assign(ids)
