"""The review policy as an object type: its form is the page of its rules, and a version in force no longer changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.reviews.models import ReviewPolicy
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.fields.choice_option import Choice, LiveChoices
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import ObjectType, Section, Values
from zhike.metadata.saving import context_for

FILTERS = ("important_filter", "risk_filter")
OWN_WORDS = ("me", "my_department", "my_department_and_below")
#: What may change of a version in force.
STILL_FREE = frozenset({"name"})
#: Fields of customers that say who looks after them, and not what they are.
NOT_ASKED = frozenset({"owner", "department", "tags"})

NOT_BY_READER = Problem(
    "not_by_reader", _("A policy is the same for everybody: a filter with “me” or “my department” cannot be used.")
)
IN_FORCE = Problem(
    "in_force", _("This version is in force and stays as it is. Make a new version with a later first day.")
)
TOO_EARLY = Problem("too_early", _("A version begins today or later: what was reviewed before keeps its rules."))
NOTHING_ASKED = Problem("required", _("Choose at least one field to confirm."))


class AskedFields(LiveChoices):
    """Fields of customers that a policy may have confirmed, custom ones included."""

    def current(self) -> tuple[Choice, ...]:
        customer = registry.catalogue().get("customer")
        fields = customer.writable_fields if customer is not None else ()
        return tuple(Choice(field.key, field.label) for field in fields if field.key not in NOT_ASKED)


def policies_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Filters mean the same for everybody, versions begin today or later, and those in force stand still."""
    found: Found = {}
    today = timezone.localdate()
    for index, row in enumerate(rows):
        problems = _problems(row, existing.get(index), today, actor)
        if problems:
            found[index] = problems
    return found


def _problems(row: Values, stored: Values | None, today: date, actor: Actor) -> dict[str, Problem]:
    changed = [key for key, value in row.items() if stored is None or value != stored.get(key)]
    if not actor.is_system:
        if stored is not None and stored["effective_on"] <= today and set(changed) - STILL_FREE:
            return {next(key for key in changed if key not in STILL_FREE): IN_FORCE}
        if "effective_on" in changed and row["effective_on"] is not None and row["effective_on"] < today:
            return {"effective_on": TOO_EARLY}
    if "confirmed" in changed and not row["confirmed"]:
        return {"confirmed": NOTHING_ASKED}
    for key in FILTERS:
        if row.get(key) and (problem := _filter_problem(row[key])):
            return {key: problem}
    return {}


def _filter_problem(given: Mapping[str, object]) -> Problem | None:
    try:
        compile_filter(registry.get("customer"), given, context_for(SYSTEM))
    except BadQuery as refusal:
        return Problem(refusal.code, refusal.message)
    text = str(given).replace("'", '"')
    return NOT_BY_READER if any(f'"{word}"' in text for word in OWN_WORDS) else None


def describe() -> ObjectType:
    descriptor = registry.object_type(
        ReviewPolicy,
        key="review_policy",
        slug="review-policies",
        exclude=("owner", "department"),
        icon="clipboard-list",
        title="name",
        columns=("name", "effective_on", "cycle_high", "cycle_middle", "cycle_low", "deadline_days", "sample_percent"),
        filters=("effective_on",),
        search=("name",),
        form=(
            Section(_("Review policy"), ("name", "effective_on", "confirmed")),
            Section(_("How often"), ("cycle_high", "cycle_middle", "cycle_low", "cycle_none", "new_days")),
            Section(_("Deadlines"), ("deadline_days", "remind_days", "takeover_days")),
            Section(
                _("Growth and loss"),
                ("window_days", "growth_percent", "loss_percent", "least_amount", "observe_days", "watch"),
            ),
            Section(_("Proposed classes"), ("important_filter", "risk_filter")),
            Section(_("Second check"), ("sample_percent",)),
        ),
        import_keys=("effective_on",),
        default_sort="-effective_on",
        prepare=policies_prepare,
        has_comments=False,
    )
    fields = dict(descriptor.fields)
    fields["confirmed"] = fields["confirmed"].with_changes(options={"choices": AskedFields()}, required=True)
    return replace(descriptor, fields=fields)


REVIEW_POLICY = registry.add(describe())
