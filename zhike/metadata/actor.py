"""Who acts: the frozen answer to every question of rights within one request or job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from enum import IntEnum, StrEnum
from typing import Any


class Scope(IntEnum):
    """How far a grant reaches; a wider scope has a higher number, so several roles give the maximum."""

    NONE = 0
    OWN = 10
    DEPARTMENT = 20
    DEPARTMENT_AND_BELOW = 30
    ALL = 40


class FieldAccess(IntEnum):
    """What a role may do with a field; several roles give the maximum."""

    HIDDEN = 0
    MASKED = 10
    READ_ONLY = 20
    EDIT = 30


class ActorKind(StrEnum):
    USER = "user"
    TOKEN = "token"  # noqa: S105
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a token of theirs, the system, or nobody.

    ``grants`` holds the widest scope per (object key, action); ``field_access`` only what differs from EDIT;
    ``privileges`` are rights over the installation: "settings", "users", "roles", "audit".
    """

    kind: ActorKind
    user_id: int | None = None
    name: str = ""
    #: Home department, given to what the actor creates.
    department_id: int | None = None
    department_ids: frozenset[int] = frozenset()
    #: Own departments and all below them.
    subtree_ids: frozenset[int] = frozenset()
    role_keys: frozenset[str] = frozenset()
    grants: Mapping[tuple[str, str], Scope] = dataclass_field(default_factory=dict)
    field_access: Mapping[tuple[str, str], FieldAccess] = dataclass_field(default_factory=dict)
    privileges: frozenset[str] = frozenset()
    #: Objects and actions that a token is limited to; None means all that its user may.
    token_scopes: frozenset[str] | None = None
    language: str = "zh-hans"
    timezone: str = "Asia/Shanghai"
    #: See ``kept.py``.
    kept: dict[Any, Any] = dataclass_field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @property
    def is_anonymous(self) -> bool:
        return self.kind is ActorKind.ANONYMOUS

    def scope(self, object_key: str, action: str) -> Scope:
        """How far the actor may do ``action``; what a role says of "*" is spread over the types when the actor is made."""
        if self.is_system:
            return Scope.ALL
        if self.token_scopes is not None and not self.token_allows(object_key, action):
            return Scope.NONE
        return self.grants.get((object_key, action), Scope.NONE)

    def token_allows(self, object_key: str, action: str) -> bool:
        """Whether the token's own limits admit the action: "*", "customer:read", "*:write", "customer:delete" …"""
        scopes = self.token_scopes or frozenset()
        verb = "read" if action in {"view", "export"} else "write"
        return bool(scopes & {"*", f"*:{verb}", f"{object_key}:{verb}", f"{object_key}:{action}"})

    def access(self, object_key: str, field_key: str) -> FieldAccess:
        if self.is_system:
            return FieldAccess.EDIT
        return self.field_access.get((object_key, field_key), FieldAccess.EDIT)

    def has(self, privilege: str) -> bool:
        """Whether the actor holds a right over the installation; a token only one that it was given by name."""
        if self.is_system:
            return True
        return privilege in self.privileges and (self.token_scopes is None or _given(self, privilege, "write"))

    def may_look_at(self, privilege: str) -> bool:
        """Whether the actor may read what the right is about; tokens can be given that alone."""
        return self.has(privilege) or (
            privilege in self.privileges and self.token_scopes is not None and _given(self, privilege, "read")
        )


#: Rights over the installation that tokens can be given, each for reading or for writing; "*" never stands for them.
TOKEN_PRIVILEGES = frozenset({"settings"})


def _given(actor: Actor, privilege: str, verb: str) -> bool:
    return privilege in TOKEN_PRIVILEGES and f"{privilege}:{verb}" in (actor.token_scopes or ())


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="system")
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
