"""Absences: days off with a substitute, entered by everybody for themselves or by their manager."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import Absence
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section


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
    )
    fields = dict(descriptor.fields)
    fields["owner"] = fields["owner"].with_changes(label=_("who is away"))
    return replace(descriptor, fields=fields)


ABSENCE = registry.add(describe())
