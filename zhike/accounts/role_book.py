"""All roles with their grants and field rules, kept per process and read again when the rights stamp moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field as dataclass_field

from zhike.metadata.actor import FieldAccess, Scope
from zhike.metadata.models import Role, RoleField, RoleGrant, Stamp

#: Grants of this object key hold for every object type that the role does not name.
EVERY_OTHER = "*"

Grants = dict[tuple[str, str], Scope]
FieldRules = dict[tuple[str, str], FieldAccess]


@dataclass(frozen=True, slots=True)
class RoleRights:
    """What one role gives."""

    key: str
    name: str
    is_shipped: bool
    privileges: frozenset[str]
    grants: Mapping[str, Mapping[str, Scope]] = dataclass_field(default_factory=dict)
    fields: Mapping[str, Mapping[str, FieldAccess]] = dataclass_field(default_factory=dict)

    def actions(self, object_key: str) -> Mapping[str, Scope]:
        """Scope by action for an object type: what the role says of it, else what it says of every other one."""
        found = self.grants.get(object_key)
        return self.grants.get(EVERY_OTHER, {}) if found is None else found

    def sees(self, object_key: str) -> bool:
        return self.actions(object_key).get("view", Scope.NONE) > Scope.NONE


@dataclass(frozen=True, slots=True)
class Rights:
    """What several roles give together: the widest scope and the freest field access of any of them."""

    role_keys: frozenset[str]
    privileges: frozenset[str]
    grants: Mapping[tuple[str, str], Scope]
    fields: Mapping[tuple[str, str], FieldAccess]


def combined(roles: Iterable[RoleRights], object_keys: Iterable[str]) -> Rights:
    """Add the roles up for the given object types and those that the roles name."""
    roles = tuple(roles)
    object_keys = {*object_keys, *(key for role in roles for key in role.grants)} - {EVERY_OTHER}
    grants: Grants = {}
    fields: FieldRules = {}
    for object_key in object_keys:
        for role in roles:
            for action, scope in role.actions(object_key).items():
                if scope > grants.get((object_key, action), Scope.NONE):
                    grants[object_key, action] = scope
        fields.update(_field_rules(object_key, [role for role in roles if role.sees(object_key)]))
    return Rights(
        role_keys=frozenset(role.key for role in roles),
        privileges=frozenset(privilege for role in roles for privilege in role.privileges),
        grants=grants,
        fields=fields,
    )


def _field_rules(object_key: str, seeing: list[RoleRights]) -> FieldRules:
    """A rule binds only if every role that sees the object type has one; a role without a rule lets edit."""
    rules = [role.fields.get(object_key, {}) for role in seeing]
    if not rules:
        return {}
    in_all = set(rules[0]).intersection(*rules[1:])
    return {(object_key, field): max(found[field] for found in rules) for field in in_all}


_kept: tuple[int, Mapping[int, RoleRights]] | None = None


def role_book(stamp: int) -> Mapping[int, RoleRights]:
    """Every role's rights by role id, as of the rights stamp."""
    global _kept  # noqa: PLW0603
    if _kept is None or _kept[0] != stamp:
        _kept = (stamp, _read())
    return _kept[1]


def latest_book() -> Mapping[int, RoleRights]:
    """The roles as this process read them last, which every request brings up to date."""
    return current_book() if _kept is None else _kept[1]


def current_book() -> Mapping[int, RoleRights]:
    """Every role's rights as they are now, for one query."""
    return role_book(Stamp.objects.filter(pk=Stamp.RIGHTS).values_list("value", flat=True).first() or 0)


def _read() -> dict[int, RoleRights]:
    grants: dict[int, dict[str, dict[str, Scope]]] = {}
    for role_id, object_key, action, scope in RoleGrant.objects.values_list("role_id", "object_key", "action", "scope"):
        grants.setdefault(role_id, {}).setdefault(object_key, {})[action] = Scope(scope)
    fields: dict[int, dict[str, dict[str, FieldAccess]]] = {}
    for role_id, object_key, key, access in RoleField.objects.values_list(
        "role_id", "object_key", "field_key", "access"
    ):
        fields.setdefault(role_id, {}).setdefault(object_key, {})[key] = FieldAccess(access)
    rows = Role.objects.values_list("id", "key", "name", "is_shipped", "privileges")
    return {
        row[0]: RoleRights(*row[1:4], frozenset(row[4]), grants.get(row[0], {}), fields.get(row[0], {})) for row in rows
    }
