"""Why somebody can, or cannot, do something with a record: the rules that decide, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, Scope
from zhike.metadata.fields.base import Label
from zhike.metadata.models import Record, RoleGrant, TeamMember
from zhike.metadata.object_type import ObjectType

SCOPE_LABELS: dict[Scope, Label] = {
    Scope.NONE: gettext_lazy("none"),
    Scope.OWN: gettext_lazy("own records"),
    Scope.DEPARTMENT: gettext_lazy("own departments"),
    Scope.DEPARTMENT_AND_BELOW: gettext_lazy("own departments and below"),
    Scope.ALL: gettext_lazy("all records"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule and whether it lets the actor do it."""

    code: str
    allows: bool
    text: str


def why(actor: Actor, object_type: ObjectType, record: Record, action: str = "view") -> list[Reason]:
    """Every rule that bears on the question, those that allow first; the answer is yes when any allows."""
    if object_type.is_private:
        owns = record.owner_id == actor.user_id
        return [Reason("private", owns, _("A private record is seen by its owner alone."))]
    if object_type.shared_by and not getattr(record, object_type.shared_by) and record.owner_id != actor.user_id:
        return [Reason("private", allows=False, text=_("A private record is seen by its owner alone."))]
    reasons = _grant_reasons(actor, object_type, record, action)
    if object_type.scope_from:
        reasons = _parent_reasons(actor, object_type, record, action, reasons)
    else:
        reasons += _team_reasons(actor, object_type, record, action)
    allowed = policy.queryset_for(actor, object_type, action, deleted=record.deletion_id is not None)
    if not allowed.filter(pk=record.pk).exists():
        reasons.append(Reason("denied", allows=False, text=_("No rule allows it.")))
    return sorted(reasons, key=lambda reason: not reason.allows)


def _grant_reasons(actor: Actor, object_type: ObjectType, record: Record, action: str) -> list[Reason]:
    grants = RoleGrant.objects.filter(
        role__key__in=actor.role_keys, object_key__in=(object_type.key, "*")
    ).select_related("role")
    named = {grant.role_id for grant in grants if grant.object_key == object_type.key}
    followed = [grant for grant in grants if (grant.object_key == "*") != (grant.role_id in named)]
    return [_grant_reason(actor, object_type, record, grant) for grant in followed if grant.action == action]


def _grant_reason(actor: Actor, object_type: ObjectType, record: Record, grant: RoleGrant) -> Reason:
    scope = Scope(grant.scope)
    values: dict[str, Any] = {"role": _(grant.role.name), "scope": SCOPE_LABELS[scope]}
    text = _("Role %(role)s reaches %(scope)s.") % values
    if object_type.scope_from:
        return Reason("grant", allows=False, text=text)
    return Reason("grant", allows=_reaches(actor, record, scope), text=text)


def _reaches(actor: Actor, record: Record, scope: Scope) -> bool:
    return (
        scope is Scope.ALL
        or (scope >= Scope.OWN and record.owner_id == actor.user_id)
        or (scope is Scope.DEPARTMENT and record.department_id in actor.department_ids)
        or (scope is Scope.DEPARTMENT_AND_BELOW and record.department_id in actor.subtree_ids)
    )


def _team_reasons(actor: Actor, object_type: ObjectType, record: Record, action: str) -> list[Reason]:
    found = TeamMember.objects.filter(
        user_id=actor.user_id or 0, object_key=object_type.key, record_id=record.pk
    ).first()
    if found is None:
        return []
    allows = action in policy.READING or found.access == TeamMember.Access.EDIT
    text = _("Member of the record's team (%(access)s).") % {"access": found.get_access_display()}
    return [Reason("team", allows and policy.may(actor, object_type, action), text)]


def _parent_reasons(
    actor: Actor, object_type: ObjectType, record: Record, action: str, grants: list[Reason]
) -> list[Reason]:
    """The parent's rules, told as the parent's."""
    link = object_type.scope_from or ""
    parent_type = registry.get(object_type.field(link).options["target"])
    parent = getattr(record, link)
    # The number and not the title: whoever asks may be somebody who must not see the parent.
    prefix = _("It follows %(object)s no. %(number)s.") % {"object": parent_type.label, "number": parent.pk}
    allowed = policy.queryset_for(actor, object_type, action).filter(pk=record.pk).exists()
    followed = [Reason("parent", allowed, prefix)]
    return [*grants, *followed, *why(actor, parent_type, parent, "view")]
