"""The stage move as an object type, read-only: ``history.py`` writes it."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.models import StageMove
from zhike.domain.deals.preparation import moves_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section
from zhike.metadata.registry import object_type


def describe() -> ObjectType:
    """The descriptor; whoever writes directly is refused."""
    descriptor = object_type(
        StageMove,
        key="stage_move",
        slug="stage-moves",
        icon="switch-horizontal",
        title="stage",
        subtitle=("opportunity",),
        columns=("stage", "opportunity", "from_stage", "state", "moved_at", "seconds", "owner"),
        filters=("opportunity", "from_stage", "stage", "state", "moved_at", "owner"),
        form=(
            Section(_("Stage move"), ("opportunity", "from_stage", "stage", "state", "moved_at", "seconds", "owner")),
        ),
        default_sort="-moved_at",
        scope_from="opportunity",
        permissions=("view", "export"),
        prepare=moves_prepare,
        creatable=False,
        customisable=False,
        has_comments=False,
    )
    fields = {key: field.with_changes(readonly=key != "opportunity") for key, field in descriptor.fields.items()}
    fields["owner"] = fields["owner"].with_changes(label=_("moved by"))
    return replace(descriptor, fields=fields)


STAGE_MOVE = registry.add(describe())
