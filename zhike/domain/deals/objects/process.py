"""The process step as an object type, read-only: ``following.py`` writes it."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.models import ProcessStep
from zhike.domain.deals.parts import steps_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section
from zhike.metadata.registry import object_type


def describe() -> ObjectType:
    """The descriptor; whoever writes directly is refused."""
    descriptor = object_type(
        ProcessStep,
        key="process_step",
        slug="process-steps",
        icon="route",
        group="sales",
        order=30,
        title="title",
        subtitle=("opportunity", "state"),
        columns=("title", "opportunity", "customer", "state", "opened_at", "due_at", "closed_at", "owner"),
        filters=("state", "due_at", "step", "opportunity", "customer", "owner"),
        search=("title",),
        form=(
            Section(
                _("Process step"),
                (
                    "opportunity",
                    "customer",
                    "step",
                    "title",
                    "state",
                    "opened_at",
                    "due_at",
                    "closed_at",
                    "task",
                    "owner",
                ),
            ),
        ),
        board_by="state",
        default_sort="-opened_at",
        scope_from="opportunity",
        permissions=("view", "export"),
        prepare=steps_prepare,
        creatable=False,
        customisable=False,
        has_comments=False,
    )
    fields = {key: field.with_changes(readonly=key != "opportunity") for key, field in descriptor.fields.items()}
    return replace(descriptor, fields=fields)


PROCESS_STEP = registry.add(describe())
