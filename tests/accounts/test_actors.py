"""What people may do follows from roles and departments, and follows at once when those change."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.cast import Cast, actor
from zhike.accounts import people, tokens
from zhike.accounts.actors import actor_for, actor_for_id
from zhike.accounts.models import User
from zhike.accounts.shipped_roles import SHIPPED, add_missing_roles
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, FieldAccess, Scope
from zhike.metadata.models import Role, RoleGrant, Stamp
from zhike.metadata.records import Row, record_save, save


def test_a_role_reaches_as_far_as_it_says(cast: Cast) -> None:
    bob, alice, eve = actor(cast.bob), actor(cast.alice), actor(cast.eve)
    assert bob.scope("customer", "view") is Scope.DEPARTMENT
    assert bob.scope("customer", "edit") is Scope.OWN
    assert bob.scope("customer", "export") is Scope.NONE
    assert alice.scope("customer", "export") is Scope.DEPARTMENT_AND_BELOW
    assert eve.scope("customer", "view") is Scope.ALL
    assert eve.scope("customer", "edit") is Scope.NONE


def test_an_administrator_has_no_customer_data(cast: Cast) -> None:
    adam = actor(cast.adam)
    assert adam.privileges == {"settings", "users", "roles", "audit"}
    assert not [key for key, scope in adam.grants.items() if key[0] == "customer" and scope]


def test_marketing_sees_phones_masked_unless_another_role_shows_them(cast: Cast) -> None:
    assert actor(cast.max).access("customer", "phones") is FieldAccess.MASKED
    people.roles_set(cast.max.pk, ["marketing", "service"], actor=SYSTEM)
    assert actor(cast.max).access("customer", "phones") is FieldAccess.EDIT


def test_nobody_without_roles_may_do_anything(cast: Cast) -> None:
    mallory = actor(cast.mallory)
    assert mallory.user_id == cast.mallory.pk
    assert not mallory.grants
    assert not mallory.privileges


def test_disabled_expired_and_deleted_people_have_no_actor(cast: Cast) -> None:
    assert actor_for_id(cast.disabled.pk) is None
    assert actor_for_id(cast.expired.pk) is None
    assert actor_for_id(0) is None


def test_the_last_day_of_an_account_counts_in_the_persons_own_time_zone(cast: Cast) -> None:
    cast.bob.timezone, cast.bob.expires_on = "Pacific/Auckland", timezone.localdate()
    midnight = timezone.now().replace(hour=12, minute=1)
    assert cast.bob.is_usable(midnight - timedelta(days=1))
    assert not cast.bob.is_usable(midnight + timedelta(days=2))


def test_departments_reach_down_the_tree(cast: Cast) -> None:
    eve, alice = actor(cast.eve), actor(cast.alice)
    assert eve.subtree_ids == {cast.branch.pk, cast.first.pk, cast.second.pk, cast.desk.pk}
    assert alice.department_ids == alice.subtree_ids == {cast.first.pk}


def test_a_new_or_moved_department_counts_at_once(cast: Cast) -> None:
    assert actor(cast.alice).subtree_ids == {cast.first.pk}
    made = record_save(registry.get("department"), {"name": "新组", "parent": cast.first.pk}, actor=SYSTEM)
    assert actor(cast.alice).subtree_ids == {cast.first.pk, made}
    save(registry.get("department"), [Row({"parent": cast.second.pk}, id=made)], actor=SYSTEM)
    assert actor(cast.alice).subtree_ids == {cast.first.pk}


def test_a_department_cannot_stand_below_itself(cast: Cast) -> None:
    row = Row({"parent": cast.first.pk}, id=cast.branch.pk)
    result = save(registry.get("department"), [row], actor=SYSTEM)
    assert result.rows[0].problems["parent"][0].code == "circle"


def test_further_departments_count_like_the_home_one(cast: Cast) -> None:
    people.departments_set(cast.bob.pk, home=cast.first.pk, others=[cast.second.pk], actor=SYSTEM)
    assert actor(cast.bob).department_ids == {cast.first.pk, cast.second.pk}


def test_a_changed_role_counts_at_once(cast: Cast) -> None:
    assert actor(cast.bob).scope("interaction", "export") is Scope.NONE
    RoleGrant.objects.create(role=Role.objects.get(key="sales"), object_key="user", action="export", scope=Scope.OWN)
    registry.touch(Stamp.RIGHTS)
    assert actor(cast.bob).scope("user", "export") is Scope.OWN


def test_an_actor_is_kept_while_nothing_changes(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    actor(cast.bob)
    with django_assert_num_queries(1):
        first = actor_for_id(cast.bob.pk)
    assert actor_for_id(cast.bob.pk) is first


def test_a_token_narrows_what_its_person_may(cast: Cast) -> None:
    token, text = tokens.token_create(cast.alice, name="报表", scopes=["user:read"], actor=actor(cast.alice))
    found = tokens.actor_of_token(text)
    assert found is not None
    assert found.scope("user", "view") is Scope.ALL
    assert found.scope("department", "view") is Scope.NONE
    assert text not in {token.digest, token.prefix}
    assert tokens.actor_of_token(text + "x") is None


def test_a_token_ends_with_its_person_or_when_revoked(cast: Cast) -> None:
    token, text = tokens.token_create(cast.bob, name="脚本", scopes=["*"], actor=actor(cast.bob))
    assert tokens.actor_of_token(text)
    tokens.token_revoke(token.pk, actor=actor(cast.bob))
    assert tokens.actor_of_token(text) is None
    _token, other = tokens.token_create(cast.bob, name="脚本", scopes=["*"], actor=actor(cast.bob))
    people.user_disable(cast.bob.pk, actor=SYSTEM)
    assert tokens.actor_of_token(other) is None


def test_adding_shipped_roles_again_keeps_what_an_administrator_changed(cast: Cast) -> None:
    sales = Role.objects.get(key="sales")
    sales.grants.filter(object_key="task", action="edit").delete()
    sales.grants.filter(object_key="task", action="view").update(scope=Scope.NONE)
    before = set(sales.grants.values_list("object_key", "action", "scope"))
    add_missing_roles()
    assert set(sales.grants.values_list("object_key", "action", "scope")) == before
    assert Role.objects.count() == len(SHIPPED)


def test_an_object_type_new_to_a_shipped_role_is_added_to_it(cast: Cast) -> None:
    sales = Role.objects.get(key="sales")
    sales.grants.filter(object_key="task").delete()
    add_missing_roles()
    assert sales.grants.get(object_key="task", action="view").scope == Scope.DEPARTMENT


def test_actors_are_not_taken_from_changes_that_were_rolled_back(cast: Cast) -> None:
    user = User.objects.get(pk=cast.bob.pk)
    assert actor_for(user) is not None
    people.roles_set(user.pk, ["executive"], actor=SYSTEM)
    assert actor(user).role_keys == {"executive"}
    people.roles_set(user.pk, ["sales"], actor=SYSTEM)
    assert actor(user).role_keys == {"sales"}
