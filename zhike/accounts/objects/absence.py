"""Absences: days off with a substitute, entered by everybody for themselves or by their manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import Absence
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import ObjectType, Section, Values

ENDS_BEFORE = Problem("ends_before", _("The last day lies before the first one."))
OWN_SUBSTITUTE = Problem("own_substitute", _("Nobody stands in for themselves."))


def check_absences(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> dict[int, dict[str, Problem]]:
    """Problems of absences that end before they begin, or whose substitute is the absent person."""
    found: dict[int, dict[str, Problem]] = {}
    for index, values in enumerate(rows):
        whole = {**existing.get(index, {}), **values}
        starts, ends = whole.get("starts_on"), whole.get("ends_on")
        if starts is not None and ends is not None and ends < starts:
            found.setdefault(index, {})["ends_on"] = ENDS_BEFORE
        if whole.get("substitute") is not None and whole["substitute"] == whole.get("owner"):
            found.setdefault(index, {})["substitute"] = OWN_SUBSTITUTE
    return found


def describe() -> ObjectType:
    """The descriptor; its owner is the person who is away."""
    descriptor = registry.object_type(
        Absence,
        icon="calendar-due",
        group="team",
        order=30,
        title="reason",
        subtitle=("owner", "starts_on", "ends_on"),
        columns=("reason", "owner", "starts_on", "ends_on", "substitute"),
        filters=("owner", "starts_on", "ends_on", "substitute"),
        search=("reason",),
        quick=("reason", "owner", "starts_on", "ends_on", "substitute"),
        form=(Section(_("Absence"), ("reason", "owner", "starts_on", "ends_on", "substitute")),),
        default_sort="-starts_on",
        prepare=check_absences,
    )
    fields = dict(descriptor.fields)
    fields["owner"] = fields["owner"].with_changes(label=_("who is away"))
    return replace(descriptor, fields=fields)


ABSENCE = registry.add(describe())
