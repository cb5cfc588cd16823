"""Logging a contact with a customer and what is to follow, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.storage import storage

#: Channel of the next step → kind of its task, where a plain "other" would say less.
TASK_KINDS = {"call": "call", "visit": "visit", "mail": "mail", "meeting": "meeting", "wechat": "call", "sms": "call"}
TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Logged:
    """Ids of the interaction and of the task for its next step, where there is one."""

    interaction_id: int
    task_id: int | None = None


def interaction_log(values: Mapping[str, Any], *, actor: Actor, task: Mapping[str, Any] | None = None) -> Logged:
    """Save an interaction and the task for its next step, both or neither.

    ``values`` are raw values of the interaction. A next step (``next_action``), a date for one (``next_at``) or both become
    a task of the actor; ``task`` adds or replaces values of it, such as another owner. Raises Invalid, with the problems of the
    interaction or of the task under their own field keys, or Denied.
    """
    with storage().write_transaction():
        interaction_id = records.record_save(registry.get("interaction"), values, actor=actor)
        follow_up = _follow_up(values, task or {})
        if follow_up is None:
            return Logged(interaction_id)
        return Logged(interaction_id, records.record_save(registry.get("task"), follow_up, actor=actor))


def _follow_up(values: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any] | None:
    title, due = str(values.get("next_action") or "").strip(), values.get("next_at")
    if not (title or due) and not task:
        return None
    step = {
        "title": title[:TITLE_LENGTH] or _("Follow up"),
        "kind": TASK_KINDS.get(str(values.get("channel") or ""), "other"),
        "customer": values.get("customer"),
        "contact": values.get("contact"),
        "due_at": due,
    }
    return {**step, **task}
