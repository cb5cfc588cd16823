"""The score of leads: points of the rules in force whose condition holds, with their names as the reasons."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from zhike.domain.leads.models import OPEN, Lead, LeadScoreRule
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.filters import compile_filter
from zhike.metadata.records import Origin, Row
from zhike.metadata.saving import context_for

LEAST, MOST = 0, 100
AT_ONCE = 500
ORIGIN = Origin("leads", "score")


def rules_in_force(day: date) -> list[LeadScoreRule]:
    rows = LeadScoreRule.objects.filter(starts_on__lte=day, deletion__isnull=True)
    return list(rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).order_by("-points", "pk"))


def leads_score(ids: Collection[int]) -> int:
    """Score open leads anew; one query a rule, and only differences are written. Returns how many changed."""
    context, day = context_for(SYSTEM), timezone.localdate()
    lead_type = registry.get("lead")
    rows: Any = Lead.objects.filter(pk__in=list(ids), state__in=OPEN, deletion__isnull=True)
    found = {row.pk: row for row in rows.only("pk", "score", "score_why")}
    rules = rules_in_force(day)
    reasons: dict[int, list[LeadScoreRule]] = {pk: [] for pk in found}
    for rule in rules:
        held = Lead.objects.filter(pk__in=list(found)).filter(compile_filter(lead_type, rule.filter, context))
        for pk in held.values_list("pk", flat=True):
            reasons[pk].append(rule)
    changed = []
    for pk, row in found.items():
        score = min(max(sum(rule.points for rule in reasons[pk]), LEAST), MOST) if rules else None
        why = "\n".join(f"{rule.name} {rule.points:+d}" for rule in reasons[pk]) or None
        if (score, why) != (row.score, row.score_why):
            changed.append(Row({"score": score, "score_why": why}, id=pk))
    if changed:
        records.save(lead_type, changed, actor=SYSTEM, origin=ORIGIN)
    return len(changed)


def leads_score_all() -> int:
    """Score every open lead, in slices: a rule came into force or ended, or was changed."""
    ids = list(Lead.objects.filter(state__in=OPEN, deletion__isnull=True).order_by("pk").values_list("pk", flat=True))
    return sum(leads_score(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE))
