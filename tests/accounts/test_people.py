"""Accounts: who may make, change and close them, and that nobody gives or takes over more than they have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.cast import PASSWORD, Cast, actor, client
from zhike.accounts import people, tokens
from zhike.accounts.models import Department, User
from zhike.accounts.role_changes import role_changes
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor, Scope
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import Change, Role, RoleGrant, Stamp
from zhike.metadata.records import Row, delete, record_save, save


@pytest.fixture
def helper(cast: Cast) -> Actor:
    """Somebody who manages people but not roles: all rights of sales, and the privilege "users"."""
    role = Role.objects.create(key="helper", name="人事", privileges=["users"])
    RoleGrant.objects.create(role=role, object_key="user", action="view", scope=Scope.ALL)
    RoleGrant.objects.create(role=role, object_key="user", action="edit", scope=Scope.ALL)
    registry.touch(Stamp.RIGHTS)
    people.roles_set(cast.bob.pk, ["helper", "sales"], actor=SYSTEM)
    return actor(cast.bob)


def test_an_administrator_makes_an_account(cast: Cast) -> None:
    made = people.user_create(
        username="Ｗang.Wu",
        name="王五",
        password="a sentence of his own",
        roles=["sales"],
        department=cast.second.pk,
        details={"phones": ["13800001234"]},
        actor=actor(cast.adam),
    )
    assert (made.username, made.must_change_password, made.roles) == ("wang.wu", True, ["sales"])
    assert actor(made).department_ids == {cast.second.pk}
    assert Change.objects.get(object_key="user", record_id=made.pk).actor_id == cast.adam.pk


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("username", {"username": "ALICE"}),
        ("username", {"username": "x"}),
        ("username", {"username": "-x"}),
        ("username", {"username": "a b"}),
        ("password", {"password": "short"}),
        ("password", {"password": "password123"}),
        ("password", {"username": "wang.wu", "password": "wang.wu12345"}),
        ("roles", {"roles": ["no-such-role"]}),
        ("name", {"name": ""}),
    ],
)
def test_bad_accounts_are_refused_with_the_field(cast: Cast, field: str, values: dict[str, object]) -> None:
    before = User.objects.count()
    with pytest.raises(Invalid) as refusal:
        people.user_create(actor=actor(cast.adam), **{"username": "wang", "name": "王五", **values})
    assert field in refusal.value.problems
    assert User.objects.count() == before


Step = Callable[[Cast, Actor], object]
STEPS: dict[str, Step] = {
    "create": lambda _cast, who: people.user_create(username="wang", name="王五", actor=who),
    "disable": lambda cast, who: people.user_disable(cast.charlie.pk, actor=who),
    "enable": lambda cast, who: people.user_enable(cast.disabled.pk, actor=who),
    "password": lambda cast, who: people.password_set(cast.charlie.pk, "quite another sentence", actor=who),
    "roles": lambda cast, who: people.roles_set(cast.charlie.pk, ["manager"], actor=who),
    "own roles": lambda _cast, who: people.roles_set(who.user_id or 0, ["admin"], actor=who),
    "departments": lambda cast, who: people.departments_set(cast.charlie.pk, home=cast.first.pk, actor=who),
    "own departments": lambda cast, who: people.departments_set(who.user_id or 0, home=cast.second.pk, actor=who),
    "expiry": lambda cast, who: people.expiry_set(cast.charlie.pk, None, actor=who),
    "name": lambda cast, who: people.account_change(cast.charlie.pk, {"username": "charles"}, actor=who),
    "token": lambda cast, who: tokens.token_create(cast.charlie, name="x", scopes=["*"], actor=who),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["alice", "bob", "mallory", "sara", "max", "eve", "clara"])
def test_nobody_without_the_privilege_manages_accounts(cast: Cast, name: str, step: str) -> None:
    before = list(User.objects.order_by("pk").values())
    with pytest.raises(Denied):
        STEPS[step](cast, actor(getattr(cast, name)))
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("step", STEPS)
def test_a_token_of_an_administrator_manages_no_accounts(cast: Cast, step: str) -> None:
    with pytest.raises(Denied):
        STEPS[step](cast, replace(actor(cast.adam), token_scopes=frozenset({"*"})))


def test_whoever_manages_people_gives_no_more_than_they_have(cast: Cast, helper: Actor) -> None:
    people.roles_set(cast.mallory.pk, ["sales"], actor=helper)
    for role in ("manager", "executive", "custodian", "admin", "service"):
        with pytest.raises(Denied):
            people.roles_set(cast.mallory.pk, [role], actor=helper)
        with pytest.raises(Denied):
            people.user_create(username=f"new-{role}", name="新人", roles=[role], actor=helper)


def test_whoever_manages_people_takes_over_no_stronger_account(cast: Cast, helper: Actor) -> None:
    for target in (cast.adam, cast.alice, cast.eve):
        with pytest.raises(Denied):
            people.password_set(target.pk, "quite another sentence", actor=helper)
        with pytest.raises(Denied):
            people.user_disable(target.pk, actor=helper)
        with pytest.raises(Denied):
            people.roles_set(target.pk, [], actor=helper)
        with pytest.raises(Denied):
            tokens.token_create(target, name="x", scopes=["*"], actor=helper)


def test_whoever_manages_people_does_not_widen_their_own_reach(cast: Cast, helper: Actor) -> None:
    with pytest.raises(Denied):
        people.roles_set(cast.bob.pk, ["helper"], actor=helper)
    with pytest.raises(Denied):
        people.departments_set(cast.bob.pk, home=cast.second.pk, actor=helper)


SENSITIVE = {
    "username": "boss",
    "roles": ["admin"],
    "department": 1,
    "departments": [1],
    "is_active": False,
    "expires_on": "2030-01-01",
    "is_demo": True,
    "last_seen_at": "2024-01-01T00:00:00Z",
    "created_at": "2024-01-01T00:00:00Z",
    "id": 1,
    "password": "plain",
    "must_change_password": False,
    "last_login": "2024-01-01T00:00:00Z",
    "version": 99,
    "deletion": 1,
    "custom": {},
    "owner": 1,
    "notifications": {},
    "is_superuser": True,
}


@pytest.mark.parametrize("field", SENSITIVE)
def test_no_field_that_gives_rights_passes_the_general_write_path(cast: Cast, field: str) -> None:
    """Not even for those who may edit people: only the services write these, and they ask for the privilege."""
    before = User.objects.values().get(pk=cast.bob.pk)
    row = Row({field: SENSITIVE[field]}, id=cast.bob.pk)
    result = save(registry.get("user"), [row], actor=actor(cast.adam))
    assert result.rows[0].problems[field]
    assert User.objects.values().get(pk=cast.bob.pk) == before


def test_people_are_not_made_by_the_general_write_path_without_the_right(cast: Cast) -> None:
    for user in (cast.alice, cast.mallory, cast.clara):
        with pytest.raises(Denied):
            save(registry.get("user"), [Row({"name": "x"})], actor=actor(user))


def test_posting_rights_to_the_profile_changes_nothing_else(cast: Cast) -> None:
    before = User.objects.values("roles", "is_active", "department_id", "username").get(pk=cast.bob.pk)
    values = {"language": "en", "timezone": "Asia/Shanghai", "theme": "dark"}
    extra = {"roles": ["admin"], "is_active": "", "department": "1", "username": "boss", "is_superuser": "1"}
    client(cast.bob).post("/me/", {**values, **extra})
    assert User.objects.values("roles", "is_active", "department_id", "username").get(pk=cast.bob.pk) == before


@pytest.mark.parametrize("way", ["disable", "roles", "expire", "delete"])
def test_the_last_administrator_stays(cast: Cast, way: str) -> None:
    steps: dict[str, Callable[[], object]] = {
        "disable": lambda: people.user_disable(cast.adam.pk, actor=SYSTEM),
        "roles": lambda: people.roles_set(cast.adam.pk, ["sales"], actor=SYSTEM),
        "expire": lambda: people.expiry_set(cast.adam.pk, cast.expired.expires_on, actor=SYSTEM),
        "delete": lambda: delete(registry.get("user"), [cast.adam.pk], actor=SYSTEM),
    }
    with pytest.raises(Invalid) as refusal:
        steps[way]()
    assert refusal.value.problems[""][0].code == "last_administrator"
    assert actor(cast.adam).has("users")
    people.roles_set(cast.alice.pk, ["admin"], actor=SYSTEM)
    steps[way]()
    assert not actor(cast.adam).has("users")


def test_nobody_disables_themselves(cast: Cast) -> None:
    people.roles_set(cast.alice.pk, ["admin"], actor=SYSTEM)
    with pytest.raises(Invalid):
        people.user_disable(cast.adam.pk, actor=actor(cast.adam))


def test_only_managers_of_people_delete_them(cast: Cast) -> None:
    RoleGrant.objects.create(role=Role.objects.get(key="sales"), object_key="user", action="delete", scope=Scope.ALL)
    registry.touch(Stamp.RIGHTS)
    with pytest.raises(Denied):
        delete(registry.get("user"), [cast.charlie.pk], actor=actor(cast.bob))
    assert User.objects.get(pk=cast.charlie.pk).deletion_id is None


def test_a_deleted_person_neither_signs_in_nor_acts(cast: Cast) -> None:
    browser = client(cast.charlie)
    delete(registry.get("user"), [cast.charlie.pk], actor=actor(cast.adam))
    assert browser.get("/me/").status_code == 302
    assert browser.post("/login/", {"username": "charlie", "password": PASSWORD}).status_code == 422


def test_a_department_in_use_is_not_deleted(cast: Cast) -> None:
    for room in (cast.branch, cast.first):
        with pytest.raises(Invalid):
            delete(registry.get("department"), [room.pk], actor=actor(cast.adam))
    empty = record_save(registry.get("department"), {"name": "空"}, actor=actor(cast.adam))
    delete(registry.get("department"), [empty], actor=actor(cast.adam))
    assert Department.objects.get(pk=empty).deletion_id is not None


def test_history_tells_who_gave_which_role_and_that_a_password_was_set(cast: Cast) -> None:
    people.roles_set(cast.bob.pk, ["manager"], actor=actor(cast.adam))
    people.password_set(cast.bob.pk, "quite another sentence", actor=actor(cast.adam))
    roles, password = Change.objects.filter(object_key="user", record_id=cast.bob.pk).order_by("-id")[:2][::-1]
    assert (roles.actor_id, roles.values) == (cast.adam.pk, {"roles": [["sales"], ["manager"]]})
    assert (password.actor_id, password.values) == (cast.adam.pk, {"password": [None, None]})


def test_people_who_do_not_exist_are_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        people.roles_set(10**9, [], actor=actor(cast.adam))


def test_the_page_of_a_person_tells_who_gave_and_took_roles(cast: Cast) -> None:
    people.roles_set(cast.bob.pk, ["manager"], actor=actor(cast.adam))
    people.roles_set(cast.bob.pk, ["manager", "service"], actor=actor(cast.adam))

    later, earlier, *rest = role_changes(User.objects.get(pk=cast.bob.pk))
    page = client(cast.adam).get(f"/settings/people/{cast.bob.pk}/").content.decode()

    assert (later.by, later.given, later.taken) == ("Adam", ("service",), ())
    assert (earlier.given, earlier.taken) == (("manager",), ("sales",))
    assert [found.given for found in rest] in ([], [("sales",)])
    assert "角色变动" in page
