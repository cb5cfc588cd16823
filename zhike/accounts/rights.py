"""Who may manage whom: nobody gives, or takes over, more than they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zhike.accounts.models import User
from zhike.accounts.role_book import Rights, RoleRights, combined, current_book
from zhike.metadata import registry
from zhike.metadata.actor import Actor, ActorKind, FieldAccess, Scope
from zhike.metadata.errors import Denied

MANAGE = "manage"


def require_privilege(actor: Actor, privilege: str) -> None:
    """Raise Denied unless the actor has the right over the installation; of tokens see ``Actor.has``."""
    if not actor.has(privilege):
        raise Denied("user", privilege)


def require_management(actor: Actor, user: User) -> None:
    """Raise Denied unless the actor may manage the person: it takes the privilege, and every right that the person has.

    Without the second condition, whoever resets passwords could become anybody.
    """
    require_privilege(actor, "users")
    require_cover(actor, user.roles or ())


def require_cover(actor: Actor, role_keys: Iterable[str]) -> None:
    """Raise Denied if the roles give more than the actor may pass on."""
    if not covers(actor, rights_of(role_keys)):
        raise Denied("user", MANAGE)


def covers(actor: Actor, rights: Rights) -> bool:
    """Whether the actor may pass these rights on.

    Privileges must be the actor's own. Rights to data are the actor's own too, unless the actor has the privilege
    "roles", whose holders decide about rights to data without having them (and whose every step the history shows).
    """
    if actor.is_system:
        return True
    if not rights.privileges <= actor.privileges:
        return False
    if actor.has("roles"):
        return True
    if any(scope > actor.grants.get(key, Scope.NONE) for key, scope in rights.grants.items()):
        return False
    seen = {key for key, action in rights.grants if action == "view"}
    return all(
        rights.fields.get((key, field), FieldAccess.EDIT) <= access
        for (key, field), access in actor.field_access.items()
        if key in seen
    )


def rights_of(role_keys: Iterable[str]) -> Rights:
    """What roles give together; keys without a role give nothing."""
    wanted = set(role_keys)
    roles: list[RoleRights] = [role for role in current_book().values() if role.key in wanted]
    return combined(roles, [found.key for found in registry.all_types()])


def on_behalf(actor: Actor) -> Actor:
    """The system acting for the person, who stays the author in the history: for services that checked the rights themselves."""
    held = frozenset(privilege for privilege in actor.privileges if actor.has(privilege))
    return replace(actor, kind=ActorKind.SYSTEM, token_scopes=None, privileges=held)
