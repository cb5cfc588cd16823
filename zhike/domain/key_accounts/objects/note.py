"""Intelligence notes and competitors as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.key_accounts.models import Competitor, IntelligenceNote
from zhike.domain.key_accounts.preparation import notes_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Panel, Section, TimelineSource
from zhike.metadata.registry import object_type

COMPETITOR = registry.add(
    object_type(
        Competitor,
        icon="flag",
        group="activity",
        order=60,
        title="name",
        columns=("name", "website", "owner", "updated_at"),
        filters=("owner",),
        search=("name",),
        quick=("name",),
        form=(Section(_("Competitor"), ("name", "website", "strengths", "weaknesses", "note", "owner")),),
        panels=(Panel("intelligence_note", "competitor", ("title", "customer", "noted_on")),),
        default_sort="name",
        import_keys=("name",),
    )
)
INTELLIGENCE_NOTE = registry.add(
    object_type(
        IntelligenceNote,
        key="intelligence_note",
        exclude=("task_id",),
        icon="bulb",
        group="activity",
        order=50,
        title="title",
        subtitle=("customer", "kind"),
        columns=("title", "customer", "kind", "noted_on", "source", "reliability", "valid_until", "state"),
        filters=(
            "kind",
            "state",
            "source",
            "reliability",
            "noted_on",
            "valid_until",
            "customer",
            "competitor",
            "owner",
        ),
        search=("title",),
        badges=("kind", "reliability", "state"),
        quick=("customer", "title", "kind", "noted_on", "source", "reliability"),
        form=(
            Section(_("Intelligence note"), ("customer", "title", "kind", "content", "noted_on", "competitor")),
            Section(_("How far it holds"), ("source", "reliability", "valid_until", "state", "conclusion", "owner")),
        ),
        default_sort="-noted_on",
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer",
            at="noted_on",
            title="title",
            kind="kind",
            body="content",
            more=("source", "reliability"),
        ),
        prepare=notes_prepare,
    )
)
