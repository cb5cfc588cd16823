"""A record in the recycle bin, as its address shows it."""

from __future__ import annotations

from typing import Any

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.labels import fill_labels, record_url
from zhike.metadata.models import Deletion
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url
from zhike.metadata.saving import context_for
from zhike.web.records.moments import moment
from zhike.web.records.story_words import person_name


def deleted_context(actor: Actor, object_type: ObjectType, record_id: int) -> dict[str, Any]:
    """Who deleted it and when, and whether the actor may bring it back; nothing of its contents."""
    context = context_for(actor)
    rows = policy.queryset_for(actor, object_type, deleted=True).filter(pk=record_id)
    deletion = Deletion.objects.get(pk__in=rows.values("deletion_id"))
    may_restore = policy.queryset_for(actor, object_type, "restore", deleted=True).filter(pk=record_id).exists()
    if deletion.actor_id is not None:
        fill_labels({"user": [deletion.actor_id]}, context)
    return {
        "object": {
            "label": object_type.label,
            "label_plural": object_type.label_plural,
            "url": list_url(object_type.key),
        },
        "who": person_name(deletion.actor_id, context),
        "at": moment(deletion.at, context),
        "restore_url": f"{record_url(object_type, record_id)}restore/" if may_restore else "",
    }
