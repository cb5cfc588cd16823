"""The interaction as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.models import Interaction
from zhike.domain.activities.preparation import interactions_prepare
from zhike.domain.activities.services.interactions import interaction_log
from zhike.metadata import registry
from zhike.metadata.object_type import Composer, Section, TimelineSource
from zhike.metadata.registry import object_type

INTERACTION = registry.add(
    object_type(
        Interaction,
        icon="message-circle",
        group="activity",
        order=10,
        shortcut="i",
        title="content",
        subtitle=("customer", "happened_at"),
        columns=("content", "customer", "channel", "outcome", "happened_at", "owner", "next_action"),
        filters=("channel", "outcome", "happened_at", "owner", "customer", "next_at"),
        quick=("customer", "channel", "content", "outcome"),
        form=(
            Section(_("Interaction"), ("customer", "contact", "channel", "dialled", "happened_at", "duration_minutes")),
            Section(_("What was said"), ("content", "outcome", "feedback")),
            Section(_("What follows"), ("next_action", "next_at", "participants", "owner")),
        ),
        default_sort="-happened_at",
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer",
            at="happened_at",
            title="content",
            kind="channel",
            body="feedback",
            more=("outcome", "next_action", "next_at"),
        ),
        composer=Composer(
            subject="customer",
            kind="channel",
            kinds=("call", "visit", "wechat", "mail", "meeting"),
            text="content",
            outcome="outcome",
            dialled="dialled",
            person="contact",
            next_step="next_action",
            next_at="next_at",
            mind="habits",
            save=interaction_log,
        ),
        prepare=interactions_prepare,
    )
)
