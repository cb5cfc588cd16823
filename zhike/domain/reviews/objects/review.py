"""The review as an object type: its rights follow the customer, and services alone write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.reviews.models import Review, ReviewState
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Section, TimelineSource, Values

WRITTEN_BY_ITSELF = Problem("read_only", _("Reviews are written by the page on which they are done."))
THERE_ALREADY = Problem(
    "there_already", _("The customer has a review of this cycle, or one that is still due, already.")
)


def reviews_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Nobody but the system writes reviews; one that a merge moves to a customer who has its like stays where it is."""
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    for index, row in enumerate(rows):
        if index not in existing:
            row.setdefault("due_on", timezone.localdate())
    moved = {
        index: row["customer"]
        for index, row in enumerate(rows)
        if index in existing and row.get("customer") not in {None, existing[index]["customer"]}
    }
    if not moved:
        return {}
    taken = _held(set(moved.values()))
    found: Found = {}
    for index, customer in moved.items():
        stored = existing[index]
        marks = {(customer, "cycle", stored["cycle"])}
        if {**stored, **rows[index]}["state"] == ReviewState.DUE:
            marks.add((customer, "due", 0))
        if marks & taken:
            found[index] = {"customer": THERE_ALREADY}
        taken |= marks
    return found


def _held(customers: Iterable[int]) -> set[tuple[int, str, int]]:
    """The cycles in which customers have reviews, and whether one of them is due."""
    rows: Any = Review.objects.filter(customer_id__in=list(customers)).values_list(
        "customer_id", "cycle_id", "state", "deletion_id"
    )
    found: set[tuple[int, str, int]] = set()
    for customer, cycle, state, deletion in rows:
        found.add((customer, "cycle", cycle))
        if state == ReviewState.DUE and deletion is None:
            found.add((customer, "due", 0))
    return found


REVIEW = registry.add(
    registry.object_type(
        Review,
        exclude=("owner", "department"),
        icon="clipboard-list",
        title="name",
        columns=(
            "name",
            "customer",
            "reviewer",
            "state",
            "due_on",
            "trend",
            "result",
            "observe_until",
            "confirmed_count",
            "corrected_count",
            "recheck",
        ),
        filters=("cycle", "reviewer", "state", "due_on", "trend", "result", "observe_until", "recheck"),
        form=(
            Section(
                _("Review"),
                ("name", "customer", "cycle", "reviewer", "due_on", "state", "trend", "proposed", "done_at", "done_by"),
            ),
            Section(_("Result"), ("result", "reason", "observe_until", "watch")),
            Section(_("Fields"), ("confirmed_count", "corrected_count", "unreachable_count")),
            Section(_("Second check"), ("recheck", "checked_count", "wrong_count", "rechecked_at", "rechecked_by")),
        ),
        badges=("state", "trend", "result"),
        default_sort="due_on",
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer",
            at="done_at",
            title="reason",
            kind="result",
            is_named=True,
            more=("trend", "confirmed_count", "corrected_count", "observe_until"),
        ),
        permissions=("view", "export", "confirm", "recheck"),
        prepare=reviews_prepare,
        creatable=False,
        customisable=False,
        has_comments=False,
    )
)
