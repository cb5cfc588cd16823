"""Services for roles: what each may do with which objects and fields; every change is in the change log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from zhike.accounts.guards import require_an_administrator
from zhike.accounts.models import User
from zhike.accounts.rights import require_privilege
from zhike.accounts.role_book import EVERY_OTHER, Grants
from zhike.metadata import changes, registry
from zhike.metadata.actor import Actor, FieldAccess, Scope
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.models import Batch, Change, Role, RoleField, RoleGrant, Stamp
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

PRIVILEGES = ("settings", "users", "roles", "audit")
#: Actions of object types that no code names: those of "*".
USUAL_ACTIONS = ("view", "create", "edit", "delete", "restore", "purge", "assign", "export", "import")

NAME_MISSING = Problem("required", _("Please fill this in."))
NAME_TAKEN = Problem("taken", _("Another role has this name already."))
SHIPPED = Problem("shipped", _("Roles that came with the product stay; take their rights away instead."))
HELD = Problem("in_use", _("People still hold this role: give them another one first."))


def actions_of(object_type: ObjectType) -> tuple[str, ...]:
    """Everything that a role may be granted on the object type."""
    of_services = (action.permission for action in object_type.actions.values())
    return tuple(dict.fromkeys((*object_type.permissions, *of_services)))


def role_by_key(key: str) -> Role:
    """The role; raises NotFound."""
    role = Role.objects.filter(key=key).first()
    if role is None:
        raise NotFound("role", key)
    return role


def role_create(*, name: str, actor: Actor, description: str = "", like: str | None = None) -> Role:
    """Make a role, empty or with the rights of another one; raises Denied, Invalid or NotFound."""
    require_privilege(actor, "roles")
    name = _checked_name(name)
    model = role_by_key(like) if like else None
    _require_own(actor, model.privileges if model else ())
    with storage().write_transaction():
        last = Role.objects.aggregate(last=Max("order"))["last"] or 0
        role = Role.objects.create(
            key=_free_key(name),
            name=name,
            description=description.strip()[:300],
            order=last + 1,
            privileges=list(model.privileges) if model else [],
        )
        if model is not None:
            _copy_rights(model, role)
        _log(role, Change.Action.CREATE, None, actor)
    return role


def _copy_rights(source: Role, target: Role) -> None:
    RoleGrant.objects.bulk_create(
        RoleGrant(role=target, object_key=grant.object_key, action=grant.action, scope=grant.scope)
        for grant in source.grants.all()
    )
    RoleField.objects.bulk_create(
        RoleField(role=target, object_key=rule.object_key, field_key=rule.field_key, access=rule.access)
        for rule in source.field_rules.all()
    )


def _checked_name(name: str, *, besides: Role | None = None) -> str:
    name = name.strip()[:80]
    if not name:
        raise Invalid({"name": [NAME_MISSING]})
    holder = Role.objects.filter(name=name).first()
    if holder is not None and holder != besides:
        raise Invalid({"name": [NAME_TAKEN]})
    return name


def _free_key(name: str) -> str:
    base = slugify(name)[:30] or "role"
    number, key = 1, base
    while Role.objects.filter(key=key).exists():
        number += 1
        key = f"{base}-{number}"
    return key


def role_rename(role: Role, *, name: str, description: str, actor: Actor) -> None:
    """Give a role another name and description; those of shipped roles stay, for they are translated."""
    require_privilege(actor, "roles")
    if role.is_shipped:
        raise Invalid({"name": [SHIPPED]})
    old = {"name": role.name, "description": role.description}
    role.name, role.description = _checked_name(name, besides=role), description.strip()[:300]
    with storage().write_transaction():
        role.save(update_fields=["name", "description"])
        _log(role, Change.Action.UPDATE, {key: [value, getattr(role, key)] for key, value in old.items()}, actor)


def role_delete(role: Role, *, actor: Actor) -> None:
    """Remove a role that nobody holds and that did not come with the product."""
    require_privilege(actor, "roles")
    if role.is_shipped:
        raise Invalid({"": [SHIPPED]})
    with storage().write_transaction():
        if any(role.key in (held or ()) for held in User.objects.values_list("roles", flat=True)):
            raise Invalid({"": [HELD]})
        _log(role, Change.Action.DELETE, None, actor)
        role.delete()


def privileges_set(role: Role, privileges: Iterable[str], *, actor: Actor) -> None:
    """Set a role's rights over the installation, none of which the actor may lack."""
    require_privilege(actor, "roles")
    wanted = sorted(set(privileges))
    if not set(PRIVILEGES).issuperset(wanted):
        raise Invalid({"privileges": [Problem("unknown_choice", _("There is no such right."))]})
    _require_own(actor, {*wanted} ^ {*role.privileges})
    if wanted == sorted(role.privileges):
        return
    old, role.privileges = role.privileges, wanted
    with storage().write_transaction():
        role.save(update_fields=["privileges"])
        _log(role, Change.Action.UPDATE, {"privileges": [old, wanted]}, actor)
        require_an_administrator()


def _require_own(actor: Actor, privileges: Iterable[str]) -> None:
    """Raise Denied for giving or taking a right over the installation that the actor does not have."""
    if not actor.is_system and not set(privileges) <= actor.privileges:
        raise Denied("role", "privileges")


def grants_set(role: Role, wanted: Grants, *, actor: Actor) -> None:
    """Set how far a role may do actions, by (object key, action); what is not mentioned stays.

    "None" is kept as a row: it tells that somebody decided so, and keeps the role's "*" away from that object type.
    """
    require_privilege(actor, "roles")
    for object_key, action in wanted:
        _check_grant(object_key, action)
    with storage().write_transaction():
        rows = role.grants.select_for_update()
        said = {(grant.object_key, grant.action): Scope(grant.scope) for grant in rows}
        changed: dict[str, list[Any]] = {}
        for (object_key, action), scope in _spelled_out(said, wanted).items():
            RoleGrant.objects.update_or_create(
                role=role, object_key=object_key, action=action, defaults={"scope": scope}
            )
            old = said.get((object_key, action), Scope.NONE)
            if old != scope:
                changed[f"{object_key}.{action}"] = [old.value, scope.value]
        if changed:
            _log(role, Change.Action.UPDATE, changed, actor)


def _spelled_out(said: Grants, wanted: Grants) -> Grants:
    """What must be stored so that exactly ``wanted`` holds.

    An object type that the role does not name follows "*". The first word about it ends that, so what held until then
    is stored along; and a word that changes nothing is not stored.
    """
    named = {object_key for object_key, _action in said}
    found: Grants = {}
    for object_key in {key for key, _action in wanted}:
        asked = {action: scope for (key, action), scope in wanted.items() if key == object_key}
        follows = object_key if object_key in named else EVERY_OTHER
        held = {action: scope for (key, action), scope in said.items() if key == follows}
        if any(held.get(action, Scope.NONE) != scope for action, scope in asked.items()):
            kept = {action: scope for action, scope in held.items() if follows != object_key}
            found |= {(object_key, action): scope for action, scope in {**kept, **asked}.items()}
    return found


def _check_grant(object_key: str, action: str) -> None:
    known = USUAL_ACTIONS if object_key == EVERY_OTHER else actions_of(registry.get(object_key))
    if action not in known:
        raise Invalid({"": [Problem("unknown_action", _("There is no such action."), {"action": action})]})


def field_rules_set(role: Role, object_key: str, wanted: Mapping[str, FieldAccess], *, actor: Actor) -> None:
    """Set what a role may do with fields of an object type; what is not mentioned stays."""
    require_privilege(actor, "roles")
    object_type = registry.get(object_key)
    for field_key in wanted:
        object_type.field(field_key)
    with storage().write_transaction():
        rows = {rule.field_key: rule for rule in role.field_rules.filter(object_key=object_key)}
        changed: dict[str, list[Any]] = {}
        for field_key, access in wanted.items():
            row = rows.get(field_key)
            old = FieldAccess(row.access) if row else FieldAccess.EDIT
            if old == access:
                continue
            changed[f"{object_key}.{field_key}"] = [old.value, access.value]
            if access is FieldAccess.EDIT:
                RoleField.objects.filter(role=role, object_key=object_key, field_key=field_key).delete()
            else:
                RoleField.objects.update_or_create(
                    role=role, object_key=object_key, field_key=field_key, defaults={"access": access}
                )
        if changed:
            _log(role, Change.Action.UPDATE, changed, actor)


def _log(role: Role, action: str, values: dict[str, list[Any]] | None, actor: Actor) -> None:
    """Write the change down and let every process read the roles anew."""
    now = timezone.now()
    counts = {Change.Action.CREATE: "created", Change.Action.DELETE: "deleted"}
    batch = Batch.objects.create(
        at=now,
        actor_id=actor.user_id,
        source="web",
        label=role.name,
        object_key="role",
        **{counts.get(Change.Action(action), "updated"): 1},
    )
    version = Change.objects.filter(object_key="role", record_id=role.pk).count() + 1
    changes.log("role", [changes.Entry(role.pk, action, version, values)], batch_id=batch.pk, actor=actor, at=now)
    registry.touch(Stamp.RIGHTS)
