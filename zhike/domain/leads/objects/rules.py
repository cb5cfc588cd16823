"""The rules of leads as object types: their lists and forms are where one keeps them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.domain.leads.models import LeadRule, LeadScoreRule
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import Section, Values
from zhike.metadata.saving import context_for

Found = dict[int, dict[str, Problem]]
NOT_BY_READER = Problem(
    "not_by_reader", _("A rule is the same for everybody: a filter with “me” or “my department” cannot be used.")
)
ENDS_BEFORE = Problem("ends_before", _("The last day lies before the first one."))
OWN_WORDS = ("me", "my_department", "my_department_and_below")


def rules_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """The filter must be one that means the same for everybody."""
    found: Found = {}
    for index, row in enumerate(rows):
        if not row.get("filter"):
            continue
        try:
            compile_filter(registry.get("lead"), row["filter"], context_for(SYSTEM))
        except BadQuery as refusal:
            found[index] = {"filter": Problem(refusal.code, refusal.message)}
            continue
        if any(f"'{word}'" in str(row["filter"]) for word in OWN_WORDS):
            found[index] = {"filter": NOT_BY_READER}
    return found


def score_rules_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Its days must follow each other, beside what every rule's filter must be."""
    found = rules_prepare(rows, existing, actor)
    for index, row in enumerate(rows):
        whole = {**existing.get(index, {}), **row}
        starts, ends = whole.get("starts_on"), whole.get("ends_on")
        if starts is not None and ends is not None and ends < starts:
            found.setdefault(index, {})["ends_on"] = ENDS_BEFORE
    return found


SCORE_RULE = registry.add(
    registry.object_type(
        LeadScoreRule,
        key="lead_score_rule",
        slug="lead-score-rules",
        exclude=("owner", "department"),
        icon="scale",
        title="name",
        columns=("name", "points", "filter", "starts_on", "ends_on"),
        filters=("points", "starts_on", "ends_on"),
        search=("name",),
        form=(Section(_("Score rule"), ("name", "points", "filter", "starts_on", "ends_on")),),
        default_sort="name",
        prepare=score_rules_prepare,
        has_comments=False,
    )
)
RULE = registry.add(
    registry.object_type(
        LeadRule,
        key="lead_rule",
        slug="lead-rules",
        exclude=("owner", "department"),
        icon="route",
        title="name",
        columns=("name", "is_active", "order", "way", "people", "hours"),
        filters=("is_active", "way", "people"),
        search=("name",),
        form=(
            Section(_("Lead rule"), ("name", "is_active", "order", "filter")),
            Section(_("Who"), ("way", "people", "hours")),
        ),
        default_sort="order",
        prepare=rules_prepare,
        has_comments=False,
    )
)
