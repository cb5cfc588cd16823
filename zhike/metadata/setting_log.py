"""Changed settings in the change log: whatever is no record, under a key that no object type has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from zhike.metadata import changes
from zhike.metadata.actor import Actor, ActorKind
from zhike.metadata.models import Batch, Change


def log_setting(
    key: str,
    pk: int,
    values: Mapping[str, tuple[Any, Any]],
    *,
    label: str,
    actor: Actor,
    action: str = Change.Action.UPDATE,
) -> None:
    """Log what changed of setting ``pk`` under ``key``; ``values`` are (old, new) by attribute, as JSON values.

    Must run inside the transaction of the change.
    """
    now = timezone.now()
    created = action == Change.Action.CREATE
    batch = Batch.objects.create(
        at=now,
        actor_id=actor.user_id,
        source="api" if actor.kind is ActorKind.TOKEN else "web",
        label=label,
        object_key=key,
        created=created,
        updated=not created,
    )
    version = Change.objects.filter(object_key=key, record_id=pk).count() + 1
    entry = changes.Entry(pk, action, version, {name: list(pair) for name, pair in values.items()})
    changes.log(key, [entry], batch_id=batch.pk, actor=actor, at=now)
