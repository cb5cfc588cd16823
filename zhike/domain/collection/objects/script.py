"""The interview script as an object type; its questions are edited on a page of their own."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.domain.collection.models import Script
from zhike.domain.customers.preparation import Found
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import Section, Values
from zhike.metadata.saving import context_for


def scripts_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """The filter must be one that works."""
    found: Found = {}
    for index, row in enumerate(rows):
        if not row.get("filter"):
            continue
        try:
            compile_filter(registry.get("customer"), row["filter"], context_for(SYSTEM))
        except BadQuery as refusal:
            found[index] = {"filter": Problem(refusal.code, refusal.message)}
    return found


SCRIPT = registry.add(
    registry.object_type(
        Script,
        exclude=("owner", "department", "questions"),
        icon="phone",
        group="marketing",
        order=20,
        title="name",
        columns=("name", "is_active", "updated_at"),
        filters=("is_active",),
        search=("name",),
        quick=("name", "filter"),
        form=(Section(_("Interview script"), ("name", "is_active", "filter", "intro")),),
        import_keys=("name",),
        default_sort="name",
        prepare=scripts_prepare,
        has_comments=False,
        customisable=False,
    )
)
