"""The pool as an object type: its form is the page of its rules."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.pools.models import Pool
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import Section, Values
from zhike.metadata.saving import context_for

NOT_BY_READER = Problem(
    "not_by_reader", _("A pool is the same for everybody: a filter with “me” or “my department” cannot be used.")
)
OWN_WORDS = ("me", "my_department", "my_department_and_below")


def pools_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """The filter must be one that means the same for everybody."""
    found: Found = {}
    for index, row in enumerate(rows):
        if not row.get("filter"):
            continue
        try:
            compile_filter(registry.get("customer"), row["filter"], context_for(SYSTEM))
        except BadQuery as refusal:
            found[index] = {"filter": Problem(refusal.code, refusal.message)}
            continue
        if any(f'"{word}"' in str(row["filter"]).replace("'", '"') for word in OWN_WORDS):
            found[index] = {"filter": NOT_BY_READER}
    return found


POOL = registry.add(
    registry.object_type(
        Pool,
        exclude=("owner", "department"),
        icon="recycle",
        title="name",
        columns=("name", "is_active", "mode", "managers", "members", "claims_per_day", "most_held", "idle_days"),
        filters=("is_active", "mode", "managers", "members"),
        search=("name",),
        quick=("name", "filter", "managers", "members"),
        form=(
            Section(_("Pool"), ("name", "is_active", "order", "filter", "note")),
            Section(_("Who"), ("managers", "members", "departments", "mode")),
            Section(_("Claiming"), ("claims_per_day", "most_held", "won_exempt", "cooldown_days")),
            Section(_("Recall"), ("protection_days", "idle_days", "deal_days", "warn_days")),
        ),
        import_keys=("name",),
        default_sort="order",
        prepare=pools_prepare,
        has_comments=False,
    )
)
