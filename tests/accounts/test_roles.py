"""Roles: set by whoever has the privilege, effective at once, and written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import Cast, actor
from zhike.accounts import people, roles
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor, FieldAccess, Scope
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import Change, Role, RoleGrant, Stamp


def sales() -> Role:
    return Role.objects.get(key="sales")


def test_a_grant_set_in_the_browser_counts_at_once(cast: Cast) -> None:
    roles.grants_set(sales(), {("customer", "export"): Scope.OWN}, actor=actor(cast.adam))
    assert actor(cast.bob).scope("customer", "export") is Scope.OWN
    assert actor(cast.bob).scope("customer", "view") is Scope.DEPARTMENT


def test_the_change_log_has_old_and_new(cast: Cast) -> None:
    roles.grants_set(sales(), {("customer", "view"): Scope.ALL}, actor=actor(cast.adam))
    change = Change.objects.filter(object_key="role", record_id=sales().pk).latest("id")
    assert change.actor_id == cast.adam.pk
    assert change.values == {"customer.view": [Scope.DEPARTMENT, Scope.ALL]}


def test_an_object_type_that_a_role_does_not_name_follows_the_star_until_something_is_said(cast: Cast) -> None:
    role = sales()
    role.grants.filter(object_key="task").delete()
    registry.touch(Stamp.RIGHTS)
    assert actor(cast.bob).scope("task", "edit") is Scope.OWN
    same = {("task", action): actor(cast.bob).scope("task", action) for action in ("view", "edit", "export")}
    roles.grants_set(role, same, actor=SYSTEM)
    assert not role.grants.filter(object_key="task").exists()
    roles.grants_set(role, {("task", "edit"): Scope.NONE}, actor=SYSTEM)
    assert actor(cast.bob).scope("task", "edit") is Scope.NONE
    assert actor(cast.bob).scope("task", "view") is Scope.DEPARTMENT


def test_a_field_is_hidden_masked_or_read_only_for_a_role(cast: Cast) -> None:
    for access in (FieldAccess.HIDDEN, FieldAccess.MASKED, FieldAccess.READ_ONLY):
        roles.field_rules_set(sales(), "customer", {"phones": access}, actor=actor(cast.adam))
        assert actor(cast.bob).access("customer", "phones") is access
    roles.field_rules_set(sales(), "customer", {"phones": FieldAccess.EDIT}, actor=actor(cast.adam))
    assert actor(cast.bob).access("customer", "phones") is FieldAccess.EDIT


def test_a_role_is_made_like_another_one_and_removed_when_nobody_holds_it(cast: Cast) -> None:
    made = roles.role_create(name="大客户经理", like="sales", actor=actor(cast.adam))
    assert made.grants.count() == sales().grants.count()
    people.roles_set(cast.bob.pk, [made.key], actor=actor(cast.adam))
    assert actor(cast.bob).scope("customer", "view") is Scope.DEPARTMENT
    with pytest.raises(Invalid):
        roles.role_delete(made, actor=actor(cast.adam))
    people.roles_set(cast.bob.pk, ["sales"], actor=actor(cast.adam))
    roles.role_delete(made, actor=actor(cast.adam))
    assert not Role.objects.filter(pk=made.pk).exists()


def test_shipped_roles_stay(cast: Cast) -> None:
    with pytest.raises(Invalid):
        roles.role_delete(sales(), actor=actor(cast.adam))
    with pytest.raises(Invalid):
        roles.role_rename(sales(), name="x", description="", actor=actor(cast.adam))


STEPS: dict[str, Callable[[Actor], object]] = {
    "create": lambda who: roles.role_create(name="neu", actor=who),
    "like admin": lambda who: roles.role_create(name="neu", like="admin", actor=who),
    "grants": lambda who: roles.grants_set(sales(), {("customer", "view"): Scope.ALL}, actor=who),
    "fields": lambda who: roles.field_rules_set(sales(), "customer", {"phones": FieldAccess.HIDDEN}, actor=who),
    "privileges": lambda who: roles.privileges_set(sales(), ["roles"], actor=who),
    "delete": lambda who: roles.role_delete(sales(), actor=who),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["alice", "bob", "mallory", "sara", "max", "eve", "clara"])
def test_nobody_without_the_privilege_touches_roles(cast: Cast, name: str, step: str) -> None:
    before = list(RoleGrant.objects.order_by("pk").values())
    with pytest.raises(Denied):
        STEPS[step](actor(getattr(cast, name)))
    assert list(RoleGrant.objects.order_by("pk").values()) == before


def test_nobody_gives_or_takes_a_privilege_that_they_lack(cast: Cast) -> None:
    Role.objects.create(key="keeper", name="权限员", privileges=["roles"])
    registry.touch(Stamp.RIGHTS)
    people.roles_set(cast.bob.pk, ["keeper"], actor=SYSTEM)
    bob = actor(cast.bob)
    with pytest.raises(Denied):
        roles.privileges_set(sales(), ["users"], actor=bob)
    with pytest.raises(Denied):
        roles.privileges_set(Role.objects.get(key="admin"), ["roles"], actor=bob)
    with pytest.raises(Denied):
        roles.role_create(name="neu", like="admin", actor=bob)


def test_the_last_role_that_manages_people_keeps_that_right(cast: Cast) -> None:
    with pytest.raises(Invalid):
        roles.privileges_set(Role.objects.get(key="admin"), ["settings"], actor=actor(cast.adam))


@pytest.mark.parametrize("grant", [("customer", "fly"), ("*", "merge"), ("customer", "view; drop table")])
def test_actions_that_do_not_exist_are_refused(cast: Cast, grant: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        roles.grants_set(sales(), {grant: Scope.ALL}, actor=actor(cast.adam))
