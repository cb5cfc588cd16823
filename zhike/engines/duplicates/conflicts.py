"""Ownership conflicts (撞单): asking the owner of a customer that one meant to create for the customer, or for a part in it."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.engines.approvals.deciders import owner_or_managers
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.starting import approval_ask
from zhike.engines.duplicates.hints import masked
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.models import TeamMember
from zhike.metadata.object_type import ObjectType
from zhike.metadata.team import member_add

KIND = "conflict"
#: What can be asked for: the record itself, or a place on its team.
TAKE_OVER = "take_over"
SHARE = "share"
WAYS = {TAKE_OVER: gettext_lazy("Hand the record over to me"), SHARE: gettext_lazy("Let me work on it too")}
#: A hint opens the way to ask for so long.
TOKEN_SECONDS = 24 * 3600
SALT = "zhike.duplicates.conflict"

UNKNOWN_WAY = Problem("unknown_choice", gettext_lazy("Choose what you ask for."))
OWN = Problem("own", gettext_lazy("The record is yours already."))
GONE = Problem("gone", gettext_lazy("The record is no longer there."))


def conflict_token(object_type: ObjectType, record_id: int, *, actor: Actor) -> str:
    """Proof that the actor was shown this record as a duplicate, so that nobody asks for numbers at random."""
    return signing.dumps([object_type.key, record_id, actor.user_id], salt=SALT, compress=True)


def record_of_token(token: str, *, actor: Actor) -> tuple[ObjectType, int]:
    """The record that the actor was shown. Raises NotFound for what was not made here, for them, today."""
    try:
        key, record_id, user_id = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    except (signing.BadSignature, ValueError) as failure:
        raise NotFound("conflict", 0) from failure
    if user_id != actor.user_id:
        raise NotFound("conflict", 0)
    object_type = registry.get(key)
    if not policy.every_record(object_type).filter(pk=record_id, deletion__isnull=True).exists():
        raise NotFound(key, record_id)
    return object_type, record_id


def conflict_ask(token: str, *, way: str, reason: str, actor: Actor) -> int:
    """Ask the owner, or their manager, and return the approval's id. Raises NotFound, Denied or Invalid."""
    object_type, record_id = record_of_token(token, actor=actor)
    policy.require(actor, object_type, "create")
    if way not in WAYS:
        raise Invalid({"way": [UNKNOWN_WAY]})
    owner_id, title = _facts(object_type, record_id)
    if owner_id is not None and owner_id == actor.user_id:
        raise Invalid({"": [OWN]})
    question = _("Hand over %(title)s") if way == TAKE_OVER else _("Work on %(title)s together")
    return approval_ask(
        KIND,
        title=question % {"title": _known_as(object_type, record_id, title, actor)},
        deciders=owner_or_managers(owner_id),
        about=(object_type.key, record_id),
        reason=reason,
        details={"way": way},
        actor=actor,
    )


def _facts(object_type: ObjectType, record_id: int) -> tuple[int | None, str]:
    column = object_type.field(object_type.title).column or "pk"
    rows: Any = policy.every_record(object_type).filter(pk=record_id)
    owner_id, title = rows.values_list("owner_id", column).get()
    return owner_id, str(title)


def _known_as(object_type: ObjectType, record_id: int, title: str, actor: Actor) -> str:
    """The title as the asker knows it, who reads the question too."""
    return title if policy.queryset_for(actor, object_type).filter(pk=record_id).exists() else masked(title)


def carry_out(approval: Approval, *, actor: Actor) -> None:
    """Hand the record over or let the asker in, if whoever decided may do that themselves."""
    object_type, record_id, asker = registry.get(approval.about_key), approval.about_id or 0, approval.owner_id
    if not policy.every_record(object_type).filter(pk=record_id, deletion__isnull=True).exists() or asker is None:
        raise Invalid({"": [GONE]})
    way = approval.details.get("way")
    needed = "assign" if way == TAKE_OVER else "edit"
    if not policy.queryset_for(actor, object_type, needed).filter(pk=record_id).exists():
        raise Denied(object_type.key, needed)
    if way == TAKE_OVER:
        records.record_save(object_type, {"owner": asker}, id=record_id, actor=on_behalf(actor))
    else:
        member_add(object_type, record_id, asker, access=TeamMember.Access.EDIT, actor=on_behalf(actor))


register(
    ApprovalKind(
        KIND, gettext_lazy("Ownership conflict"), on_grant=carry_out, icon="switch-horizontal", tone="amber", days=3
    )
)
