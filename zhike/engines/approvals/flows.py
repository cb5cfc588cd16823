"""Making flows and versions of them, for administrators; each step is in the history of settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.approvals.definition import check, read_typed, refuse
from zhike.engines.approvals.kinds import ApprovalKind, all_kinds
from zhike.engines.approvals.models import ApprovalFlow, ApprovalVersion
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

PRIVILEGE = "settings"
#: Key of flows in the change log.
LOG_KEY = "approval_flow"


def matters() -> list[tuple[ApprovalKind, ObjectType]]:
    """What flows can be drawn for: every kind with each of its objects; the general kind serves all objects."""
    every = [object_type for object_type in registry.all_types() if object_type.group]
    return [
        (kind, object_type)
        for kind in all_kinds()
        for object_type in (every if kind.is_general else [registry.get(key) for key in kind.objects])
    ]


def flow_create(
    *, object_key: str, kind: str, name: str, actor: Actor, name_en: str = "", order: int = 100
) -> ApprovalFlow:
    """A flow without a version yet; raises Invalid or Denied."""
    require_right(actor)
    if not name.strip():
        raise refuse("name", _("Please fill this in."))
    if (kind, object_key) not in {(found.key, object_type.key) for found, object_type in matters()}:
        raise refuse("matter", _("Choose what needs an approval."))
    with storage().write_transaction():
        flow = ApprovalFlow.objects.create(
            name=name.strip()[:60], name_en=name_en.strip()[:60], object_key=object_key, kind=kind, order=order
        )
        told = {"name": (None, flow.name), "object": (None, object_key), "kind": (None, kind)}
        log_setting(LOG_KEY, flow.pk, told, label=flow.name, actor=actor, action=Change.Action.CREATE)
    return flow


def version_save(
    flow: ApprovalFlow, stored: Mapping[str, Any], *, actor: Actor, effective_on: date | None = None
) -> ApprovalVersion:
    """A new version, in force from a day on (today). What runs already keeps the version that it began with.

    Raises Invalid or Denied.
    """
    require_right(actor)
    day = effective_on or timezone.localdate()
    check(read_typed(stored), registry.get(flow.object_key))
    if day < timezone.localdate():
        raise refuse("effective_on", _("A version begins today or later: what was decided before keeps its rules."))
    with storage().write_transaction():
        storage().lock_key(f"approval flow {flow.pk}")
        last = flow.versions.aggregate(last=Max("number"))["last"] or 0
        version = ApprovalVersion.objects.create(
            flow=flow,
            number=last + 1,
            definition=dict(stored),
            effective_on=day,
            created_at=timezone.now(),
            created_by_id=actor.user_id,
        )
        told = {"version": (last or None, version.number), "effective_on": (None, day.isoformat())}
        log_setting(LOG_KEY, flow.pk, told, label=flow.name, actor=actor)
        # Processes keep in mind which object types are ever locked.
        registry.touch()
    return version


def flow_change(flow: ApprovalFlow, *, name: str, name_en: str, order: int, is_active: bool, actor: Actor) -> None:
    """Rename a flow, move it before others, switch it off or on. Raises Invalid or Denied."""
    require_right(actor)
    if not name.strip():
        raise refuse("name", _("Please fill this in."))
    values = {"name": name.strip()[:60], "name_en": name_en.strip()[:60], "order": order, "is_active": is_active}
    changed = {key: (getattr(flow, key), value) for key, value in values.items() if getattr(flow, key) != value}
    if not changed:
        return
    with storage().write_transaction():
        ApprovalFlow.objects.filter(pk=flow.pk).update(**values)
        log_setting(LOG_KEY, flow.pk, changed, label=flow.name, actor=actor)


def require_right(actor: Actor) -> None:
    if not actor.has(PRIVILEGE):
        raise Denied("approval_flow", PRIVILEGE)
