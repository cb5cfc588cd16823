"""What if a check of the API were missing? The matrix must find every one.

This proves the matrix and not the database, so it is not asked of PostgreSQL once more.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q

from tests.cast import Cast
from tests.permissions.matrix import breaches
from tests.permissions.scene import Scene, build
from tests.permissions.test_api_matrix import secret_of
from zhike.metadata import policy, recycle_bin, saving
from zhike.metadata.actor import Actor, Scope
from zhike.metadata.object_type import ObjectType

pytestmark = pytest.mark.django_db


def everything(*_arguments: Any, **_options: Any) -> None:
    """No condition on rows."""


def no_check(_actor: Actor, _object_type: ObjectType, _action: str) -> None:
    """A right that nobody asks for."""


def always(_actor: Actor, _object_type: ObjectType, _action: str) -> bool:
    return True


def all_rows(_actor: Actor, object_type: ObjectType, _action: str = "view", *, deleted: bool = False, **_: Any) -> Any:
    return policy.every_record(object_type).filter(deletion__isnull=not deleted)


def live_and_deleted(actor: Actor, object_type: ObjectType, action: str = "view", **_: Any) -> Any:
    condition = policy.scope_condition(actor, object_type, action)
    return policy.every_record(object_type).filter(condition if condition is not None else Q())


def widest(_self: Actor, _object_key: str, _action: str) -> Scope:
    return Scope.ALL


SABOTAGE: dict[str, tuple[Any, str, Any]] = {
    "rows": (policy, "scope_condition", everything),
    "may": (policy, "may", always),
    "require": (policy, "require", no_check),
    "queryset": (policy, "queryset_for", all_rows),
    "bin": (policy, "queryset_for", live_and_deleted),
    "scope": (Actor, "scope", widest),
    "parents": (policy, "_parent_condition", everything),
    "own": (policy, "_own_condition", everything),
    "delete": (recycle_bin.policy, "require", no_check),
    "save": (saving.policy, "require", no_check),
}


@pytest.mark.parametrize("what", sorted(SABOTAGE))
def test_a_missing_check_would_be_found(cast: Cast, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    secrets = {role: secret_of(cast, role) for role in ("bob", "sara", "mallory")}
    scenes: list[tuple[Scene, str]] = [
        (build(cast, key, getattr(cast, role)), role) for key in ("customer", "contact") for role in secrets
    ]
    owner, name, replacement = SABOTAGE[what]
    monkeypatch.setattr(owner, name, replacement)
    assert any(True for scene, role in scenes for _breach in breaches(scene, role, secrets[role]))
