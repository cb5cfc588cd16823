"""Stakeholders, materials and negotiation steps as object types; they follow their deal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.models import MaterialSent, NegotiationStep, Stakeholder
from zhike.domain.deals.parts import dated, parts_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section, TimelineSource
from zhike.metadata.registry import object_type

STAKEHOLDER = registry.add(
    object_type(
        Stakeholder,
        icon="user-star",
        title="role",
        subtitle=("contact", "opportunity"),
        columns=("role", "contact", "attitude", "opportunity", "note", "updated_at"),
        filters=("role", "attitude", "contact", "opportunity"),
        quick=("opportunity", "contact", "role", "attitude"),
        form=(Section(_("Stakeholder"), ("opportunity", "contact", "role", "attitude", "note")),),
        scope_from="opportunity",
        has_comments=False,
        prepare=parts_prepare,
    )
)
MATERIAL_SENT = registry.add(
    object_type(
        MaterialSent,
        key="material_sent",
        slug="materials-sent",
        icon="send",
        title="title",
        subtitle=("opportunity", "sent_at"),
        columns=("title", "opportunity", "kind", "way", "contact", "sent_at", "opened_at", "owner"),
        filters=("kind", "way", "sent_at", "opened_at", "opportunity", "owner"),
        search=("title",),
        quick=("opportunity", "title", "kind", "way", "contact"),
        form=(
            Section(_("Material sent"), ("opportunity", "title", "kind", "way", "contact", "sent_at", "opened_at")),
            Section(_("Note"), ("note", "owner")),
        ),
        default_sort="-sent_at",
        scope_from="opportunity",
        timeline=TimelineSource(
            subject="opportunity",
            at="sent_at",
            title="title",
            kind="kind",
            body="note",
            more=("opened_at",),
            is_named=True,
        ),
        prepare=dated("sent_at"),
    )
)
NEGOTIATION_STEP = registry.add(
    object_type(
        NegotiationStep,
        key="negotiation_step",
        slug="negotiation-steps",
        icon="currency-yuan",
        title="title",
        subtitle=("opportunity", "price"),
        columns=("title", "opportunity", "side", "price", "said_at", "contact", "owner"),
        filters=("side", "price", "said_at", "opportunity", "owner"),
        search=("title",),
        quick=("opportunity", "title", "side", "price"),
        form=(
            Section(_("Negotiation step"), ("opportunity", "title", "side", "price", "said_at", "contact")),
            Section(_("Note"), ("terms", "owner")),
        ),
        default_sort="-said_at",
        scope_from="opportunity",
        timeline=TimelineSource(
            subject="opportunity", at="said_at", title="title", kind="side", body="terms", more=("price",)
        ),
        prepare=dated("said_at"),
    )
)
