"""Filtering by what one follows."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.engines.following.models import Following
from zhike.engines.following.services import can_be_followed
from zhike.metadata import conditions
from zhike.metadata.fields.base import Context
from zhike.metadata.object_type import ObjectType


def followed_by_reader(object_type: ObjectType, context: Context) -> Q:
    """At most ``services.MOST`` records, found by the index of who follows what."""
    rows = Following.objects.filter(user_id=context.actor.user_id or 0, object_key=object_type.key)
    return Q(pk__in=rows.values("record_id"))


FOLLOWED = conditions.register(
    conditions.NamedCondition(
        key="followed",
        label=_("Followed by me"),
        applies=can_be_followed,
        holds=followed_by_reader,
        view=_("Followed by me"),
        has_view=lambda object_type: object_type.has_timeline,
    )
)
