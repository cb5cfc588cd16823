"""Asking: along a flow that fits the record, or people whom the product names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.engines.approvals.closing import close
from zhike.engines.approvals.definition import Step
from zhike.engines.approvals.kinds import approval_kind
from zhike.engines.approvals.models import RUNNING, Approval, ApprovalState, ApprovalStep, ApprovalVersion, Happening
from zhike.engines.approvals.needs import Need, approval_need, kinds_offered
from zhike.engines.approvals.path import NobodyLeft, acting, advance, as_step, lay, note
from zhike.engines.approvals.told import ASKED_ALREADY, NOBODY, NOT_NEEDED, RUNNING_ALREADY
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.columns import native_columns, plain_values
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

#: At most so many people are asked at once.
MOST_DECIDERS = 20
TITLE_LENGTH = 200


def approval_start(
    object_type: ObjectType,
    record_id: int,
    *,
    kind: str,
    actor: Actor,
    title: str = "",
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    is_needed: bool = False,
) -> int | None:
    """Send a record along the flow that fits it and return the approval's id; None where no word is needed.

    The caller has checked that the actor may do this with the record. ``title`` is a sentence for asker and deciders, by default the
    kind and the record's title; ``details`` are JSON for the kind's ``on_grant``. ``is_needed`` asks the manager where no flow
    fits. The fields that the flow covers stand still until it ends. Raises NotFound, UnknownKind, Denied, and Invalid when one of the kind runs already for the record or nobody could decide.
    """
    need = approval_need(object_type, record_id, kind=kind, actor=actor, is_needed=is_needed)
    if need is None:
        return None
    _require_person(actor)
    with storage().write_transaction():
        storage().lock_key(f"approval:{object_type.key}:{record_id}:{kind}")
        running = Approval.objects.filter(
            about_key=object_type.key, about_id=record_id, kind=kind, state__in=RUNNING, deletion__isnull=True
        )
        if running.exists():
            raise Invalid({"": [RUNNING_ALREADY]})
        approval = _make(
            kind,
            title=title or default_title(need, object_type, record_id),
            about=(object_type.key, record_id),
            reason=reason,
            details=details,
            version=need.version,
            covers=need.definition.covers,
            facts=facts_of(object_type, record_id, need.definition.covers),
            actor=actor,
        )
        _begin(approval, need.definition.steps, actor=actor)
    return approval.pk


def approval_offer(object_type: ObjectType, record_id: int, *, kind: str, actor: Actor, reason: str = "") -> int:
    """Ask on a record's page for one of the kinds offered there; whoever may change the record may.

    Raises NotFound, Denied for a kind that its own service asks for, and Invalid where no word is needed, besides what
    ``approval_start`` refuses.
    """
    if kind not in {found.key for found in kinds_offered(object_type)}:
        raise Denied("approval", "create")
    if not policy.queryset_for(actor, object_type, "edit").filter(pk=record_id).exists():
        raise NotFound(object_type.key, record_id)
    made = approval_start(object_type, record_id, kind=kind, actor=actor, reason=reason)
    if made is None:
        raise Invalid({"": [NOT_NEEDED]})
    return made


def approval_ask(
    kind: str,
    *,
    title: str,
    deciders: Sequence[int],
    actor: Actor,
    about: tuple[str, int] | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Ask people for something and return the approval's id; whoever of them answers first decides.

    ``about`` is (object key, record id); ``title`` is a sentence that asker and deciders may both read, the asker being shown no more
    of the record than what it says. ``details`` are JSON that the kind's ``on_grant`` needs. Without ``expires_at`` it
    times out after the days of its kind. See ``deciders.py`` for whom to ask.
    Raises Invalid when nobody is left to ask or the same is asked already, UnknownKind, and Denied for who cannot have approvals.
    """
    found = approval_kind(kind)
    _require_person(actor)
    asked = [user_id for user_id in dict.fromkeys(deciders) if user_id != actor.user_id][:MOST_DECIDERS]
    if not asked:
        raise Invalid({"": [NOBODY]})
    with storage().write_transaction():
        about_key, about_id = about or ("", None)
        storage().lock_key(f"approval:{actor.user_id}:{kind}:{about_key}:{about_id}")
        same = Approval.objects.filter(
            owner_id=actor.user_id, kind=kind, about_key=about_key, about_id=about_id, state__in=RUNNING
        )
        if about_id is not None and same.filter(deletion__isnull=True).exists():
            raise Invalid({"": [ASKED_ALREADY]})
        approval = _make(kind, title=title, about=about, reason=reason, details=details, actor=actor)
        until = expires_at or timezone.now() + timedelta(days=found.days)
        _begin(approval, [as_step(asked)], actor=actor, until=until)
    return approval.pk


def _require_person(actor: Actor) -> None:
    if actor.user_id is None or actor.is_anonymous:
        raise Denied("approval", "create")


def _make(
    kind: str,
    *,
    title: str,
    about: tuple[str, int] | None,
    reason: str,
    details: Mapping[str, Any] | None,
    actor: Actor,
    version: ApprovalVersion | None = None,
    covers: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Approval:
    values = {
        "title": " ".join(title.split())[:TITLE_LENGTH],
        "kind": kind,
        "reason": reason.strip() or None,
        "owner": actor.user_id,
    }
    pk = records.record_save(registry.get("approval"), values, actor=acting(actor))
    about_key, about_id = about or ("", None)
    Approval.objects.filter(pk=pk).update(
        about_key=about_key,
        about_id=about_id,
        details=dict(details or {}),
        flow_version=version,
        covers=list(covers),
        facts=dict(facts or {}),
    )
    return Approval.objects.select_related("flow_version").get(pk=pk)


def _begin(approval: Approval, steps: Sequence[Step], *, actor: Actor, until: datetime | None = None) -> None:
    """Lay the path and open its first stage; ``until`` ends the whole approval. Raises Invalid where nobody can be asked."""
    lay(approval, steps)
    if until is not None:
        ApprovalStep.objects.filter(approval=approval).update(late="expire", due_at=until)
    note(approval, Happening.ASKED, actor=actor, remark=approval.reason or "")
    try:
        is_done = advance(approval, actor=actor)
    except NobodyLeft:
        raise Invalid({"": [NOBODY]}) from None
    if is_done:
        # Every step was left out: nobody's word is needed.
        close(approval, ApprovalState.GRANTED, None, actor=SYSTEM)


def default_title(need: Need, object_type: ObjectType, record_id: int) -> str:
    column = object_type.field(object_type.title).column or "pk"
    rows: Any = policy.every_record(object_type).filter(pk=record_id)
    name = rows.values_list(column, flat=True).first()
    return _("%(kind)s: %(title)s") % {"kind": need.kind.label, "title": name or object_type.label}


def facts_of(object_type: ObjectType, record_id: int, covers: Sequence[str]) -> dict[str, Any]:
    """What the record says of its main and its covered fields, as JSON, so that it is known later what was decided about."""
    rows: Any = policy.every_record(object_type).filter(pk=record_id)
    stored = rows.values(*native_columns(object_type), "custom").first()
    if stored is None:
        return {}
    plain = plain_values(object_type, stored)
    keys = dict.fromkeys([*object_type.columns, *covers])
    fields = [object_type.fields[key] for key in keys if key in object_type.fields and key in plain]
    return {
        field.key: field.type.to_json(plain[field.key], field)
        for field in fields
        if not field.type.is_empty(plain[field.key])
    }
