"""The people of every test: Alice leads Bob's team, Charlie sells elsewhere, Mallory has no rights, and one person a role.

营业部  ── 销售一部 (Alice, Bob)
        ├─ 销售二部 (Charlie)
        └─ 服务市场部 (Sara, Max)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.test import Client

from zhike.accounts.actors import actor_for
from zhike.accounts.models import Department, User
from zhike.accounts.people import user_create, user_disable
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS, SYSTEM, Actor
from zhike.metadata.records import record_save

PASSWORD = "a good long password"


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and their departments."""

    branch: Department
    first: Department
    second: Department
    desk: Department

    #: Manager of 销售一部.
    alice: User
    #: Sales, in Alice's team.
    bob: User
    #: Sales, in 销售二部.
    charlie: User
    #: Signed in, but without any role or department.
    mallory: User
    #: Customer service, marketing, executive, archive custodian, system administrator.
    sara: User
    max: User
    eve: User
    clara: User
    adam: User
    #: Sales, of 销售一部 as Bob: a closed account, and one whose last day was years ago.
    disabled: User
    expired: User

    def people(self) -> dict[str, User]:
        """Everybody by name."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if isinstance(value, User)}


def actor(user: User) -> Actor:
    """The person as an actor, as they are in the database now; whoever may not act is nobody."""
    return actor_for(User.objects.get(pk=user.pk)) or ANONYMOUS


def client(user: User | None, **options: Any) -> Client:
    """A browser in which the person is signed in; None for a visitor."""
    browser = Client(**options)
    if user is not None:
        browser.force_login(user, backend="zhike.accounts.backend.PasswordBackend")
    return browser


def assemble() -> Cast:
    """Bring the cast into the database, or find it there."""
    if User.objects.filter(username="alice").exists():
        return found()
    branch = department("营业部")
    first, second, desk = (department(name, branch) for name in ("销售一部", "销售二部", "服务市场部"))
    alice = person("alice", "manager", first)
    person("bob", "sales", first, manager=alice.pk)
    person("charlie", "sales", second)
    person("mallory", None, None)
    person("sara", "service", desk)
    person("max", "marketing", desk)
    person("eve", "executive", branch)
    person("clara", "custodian", branch)
    person("adam", "admin", branch)
    user_disable(person("disabled", "sales", first).pk, actor=SYSTEM)
    person("expired", "sales", first, expires_on=date(2020, 1, 1))
    return found()


def found() -> Cast:
    """The cast that is in the database."""
    people = {user.username: user for user in User.objects.all()}
    rooms = {room.name: room for room in Department.objects.all()}
    places = {"branch": "营业部", "first": "销售一部", "second": "销售二部", "desk": "服务市场部"}
    return Cast(
        **{
            field.name: rooms[places[field.name]] if field.name in places else people[field.name]
            for field in fields(Cast)
        }
    )


def department(name: str, parent: Department | None = None) -> Department:
    values = {"name": name, "parent": parent and parent.pk}
    return Department.objects.get(pk=record_save(registry.get("department"), values, actor=SYSTEM))


def person(
    username: str, role: str | None, home: Department | None, *, expires_on: date | None = None, **details: Any
) -> User:
    return user_create(
        username=username,
        name=username.capitalize(),
        password=PASSWORD,
        must_change_password=False,
        roles=[role] if role else [],
        department=home and home.pk,
        expires_on=expires_on,
        details=details,
        actor=SYSTEM,
    )
