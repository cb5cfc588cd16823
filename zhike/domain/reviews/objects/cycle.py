"""The cycle as an object type: opened and finished by jobs alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.reviews.models import ReviewCycle
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Panel, Section, Values

WRITTEN_BY_ITSELF = Problem("read_only", _("Cycles open and finish by themselves, as the policy says."))


def refuse_cycles(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Nobody but the system writes cycles; one of which nothing is said opens today."""
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    for index, row in enumerate(rows):
        if index not in existing:
            row.setdefault("opened_on", timezone.localdate())
            row.setdefault("due_on", row["opened_on"])
    return {}


REVIEW_CYCLE = registry.add(
    registry.object_type(
        ReviewCycle,
        key="review_cycle",
        slug="review-cycles",
        exclude=("owner", "department"),
        icon="refresh",
        title="name",
        columns=("name", "state", "tiers", "population", "opened_on", "due_on", "finished_at"),
        filters=("state", "opened_on"),
        form=(
            Section(
                _("Review cycle"),
                ("name", "state", "tiers", "population", "opened_on", "due_on", "finished_at", "policy", "seed"),
            ),
        ),
        panels=(Panel("review", "cycle", ("customer", "reviewer", "state", "due_on", "trend", "result"), limit=8),),
        default_sort="-opened_on",
        permissions=("view", "export"),
        prepare=refuse_cycles,
        creatable=False,
        customisable=False,
        has_comments=False,
    )
)
