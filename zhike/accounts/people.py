"""Services for accounts: every step needs the privilege, and nobody gives or takes over more than they have.

The rights are checked here; the writing is ``records.py``'s, on behalf of the actor, so that history has it all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import LoginSession, User
from zhike.accounts.rights import MANAGE, on_behalf, require_cover, require_management, require_privilege
from zhike.accounts.role_book import current_book
from zhike.metadata import changes, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.models import Batch, Change
from zhike.metadata.records import Row, record_save, save
from zhike.metadata.storage import storage

#: Letters of any script, digits and . _ - @; at least two, and it begins with a letter or digit.
USERNAME = re.compile(r"[^\W_][\w.@-]{1,59}\Z")

BAD_USERNAME = Problem("invalid", _("Use two to 60 letters, digits or . _ - @, beginning with a letter or digit."))
TAKEN_USERNAME = Problem("taken", _("Another person has this user name already."))
UNKNOWN_ROLE = Problem("unknown_choice", _("There is no such role."))


def user_create(
    *,
    username: str,
    name: str,
    actor: Actor,
    password: str | None = None,
    roles: Iterable[str] = (),
    department: int | None = None,
    departments: Iterable[int] = (),
    must_change_password: bool = True,
    is_demo: bool = False,
    expires_on: date | None = None,
    details: Mapping[str, Any] | None = None,
) -> User:
    """Make an account; without a password nobody can sign in until one is set.

    ``details`` are further fields by key (phones, emails, job_title …). Raises Denied or Invalid.
    """
    require_privilege(actor, "users")
    listed = _checked_roles(roles, actor)
    username = _checked_username(username)
    if password is not None:
        check_password_quality(password, User(username=username, name=name))
    values = {
        **(details or {}),
        "username": username,
        "name": name,
        "roles": listed,
        "department": department,
        "departments": list(departments),
        "expires_on": expires_on and expires_on.isoformat(),
        "is_active": True,
        "is_demo": is_demo,
    }
    with storage().write_transaction():
        pk = record_save(registry.get("user"), values, actor=on_behalf(actor))
        User.objects.filter(pk=pk).update(
            password=make_password(password), must_change_password=must_change_password and password is not None
        )
    return User.objects.get(pk=pk)


def _checked_username(username: str, *, user_id: int | None = None) -> str:
    username = User.normalize_username(username)
    if not USERNAME.match(username):
        raise Invalid({"username": [BAD_USERNAME]})
    holder = User.objects.filter(username=username).first()
    if holder is not None and holder.pk != user_id:
        raise Invalid({"username": [TAKEN_USERNAME]})
    return username


def _checked_roles(roles: Iterable[str], actor: Actor) -> list[str]:
    listed = sorted(set(roles))
    known = {role.key for role in current_book().values()}
    if not known.issuperset(listed):
        raise Invalid({"roles": [UNKNOWN_ROLE]})
    require_cover(actor, listed)
    return listed


def check_password_quality(password: str, user: User) -> None:
    """Raise Invalid, with every reason, for a password that is too easy."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        problems = [Problem(found.code or "invalid", message) for found, message in _reasons(error)]
        raise Invalid({"password": problems}) from error


def _reasons(error: ValidationError) -> list[tuple[ValidationError, str]]:
    return [(found, message) for found in error.error_list for message in found.messages]


def managed_user(user_id: int, actor: Actor) -> User:
    """A person whom the actor may manage; raises NotFound or Denied."""
    require_privilege(actor, "users")
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound("user", user_id)
    require_management(actor, user)
    return user


#: What ``account_change`` takes, and what of it decides how far the person reaches.
ACCOUNT_FIELDS = frozenset({"username", "roles", "department", "departments", "expires_on"})
REACH = frozenset({"roles", "department", "departments"})


def account_change(user_id: int, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Change what decides about a person's account, by the keys of ``ACCOUNT_FIELDS``; as one change in the history.

    Raises Denied, Invalid or NotFound. Only whoever decides about roles may change their own reach.
    """
    user = managed_user(user_id, actor)
    changed = {key: value for key, value in values.items() if value != _present(user, key)}
    if not ACCOUNT_FIELDS.issuperset(values) or (
        user.pk == actor.user_id and REACH & changed.keys() and not actor.has("roles")
    ):
        raise Denied("user", MANAGE)
    if "username" in changed:
        changed["username"] = _checked_username(changed["username"], user_id=user.pk)
    if "roles" in changed:
        changed["roles"] = _checked_roles(changed["roles"], actor)
    if "expires_on" in changed:
        changed["expires_on"] = changed["expires_on"] and changed["expires_on"].isoformat()
    _write([user.pk], changed, actor)


def _present(user: User, key: str) -> Any:
    """The stored value in the form in which ``account_change`` takes it."""
    if key == "departments":
        return sorted(user.departments.values_list("pk", flat=True))
    if key == "department":
        return user.department_id
    return getattr(user, key, None)


def roles_set(user_id: int, roles: Iterable[str], *, actor: Actor) -> None:
    """Give a person exactly these roles."""
    account_change(user_id, {"roles": sorted(set(roles))}, actor=actor)


def departments_set(user_id: int, *, home: int | None, others: Iterable[int] = (), actor: Actor) -> None:
    """Move a person: ``home`` is where their new records go, ``others`` are further departments they belong to."""
    account_change(user_id, {"department": home, "departments": sorted(set(others))}, actor=actor)


def expiry_set(user_id: int, expires_on: date | None, *, actor: Actor) -> None:
    """Set the last day on which a person may sign in; None for no end."""
    account_change(user_id, {"expires_on": expires_on}, actor=actor)


def users_disable(ids: Sequence[int], *, actor: Actor) -> None:
    """End people's access at once; nobody can disable themselves or the last administrator."""
    users = [managed_user(pk, actor) for pk in ids]
    if actor.user_id in {user.pk for user in users}:
        raise Invalid({"": [Problem("self", _("You cannot disable your own account."))]})
    with storage().write_transaction():
        _write([user.pk for user in users], {"is_active": False}, actor)
        sessions_end([user.pk for user in users])


def users_enable(ids: Sequence[int], *, actor: Actor) -> None:
    """Let people sign in again."""
    _write([managed_user(pk, actor).pk for pk in ids], {"is_active": True}, actor)


def user_disable(user_id: int, *, actor: Actor) -> None:
    users_disable([user_id], actor=actor)


def user_enable(user_id: int, *, actor: Actor) -> None:
    users_enable([user_id], actor=actor)


def password_set(user_id: int, password: str, *, actor: Actor, must_change: bool = True) -> None:
    """Set somebody else's password and end their sessions; raises Denied, NotFound or Invalid."""
    user = managed_user(user_id, actor)
    _store_password(user, password, actor, must_change=must_change)


def password_change(user: User, *, old: str, new: str, actor: Actor) -> None:
    """Change one's own password, knowing the old one; ends every session, the caller keeps its own alive. Raises Invalid."""
    if actor.user_id != user.pk or actor.token_scopes is not None:
        raise Denied("user", "password")
    if not user.check_password(old):
        raise Invalid({"old": [Problem("wrong_password", _("This is not your present password."))]})
    if user.check_password(new):
        raise Invalid({"password": [Problem("unchanged", _("Choose a password that differs from the present one."))]})
    _store_password(user, new, actor, must_change=False)


def _store_password(user: User, password: str, actor: Actor, *, must_change: bool) -> None:
    check_password_quality(password, user)
    encoded, now = make_password(password), timezone.now()
    with storage().write_transaction():
        version = User.objects.select_for_update(of=("self",)).values_list("version", flat=True).get(pk=user.pk) + 1
        User.objects.filter(pk=user.pk).update(password=encoded, must_change_password=must_change, version=version)
        batch = Batch.objects.create(
            at=now, actor_id=actor.user_id, source="web", label="password", object_key="user", updated=1
        )
        # The history says that it happened; neither password is ever written down.
        entry = changes.Entry(user.pk, Change.Action.UPDATE, version, {"password": [None, None]})
        changes.log("user", [entry], batch_id=batch.pk, actor=actor, at=now)
        sessions_end([user.pk])


def sessions_end(user_ids: Iterable[int], *, keep: LoginSession | None = None) -> int:
    """Sign people out everywhere but in the sign-in to ``keep``; how many that ended."""
    rows = LoginSession.objects.filter(user_id__in=list(user_ids), ended_at__isnull=True)
    if keep is not None:
        rows = rows.exclude(pk=keep.pk)
    return rows.update(ended_at=timezone.now(), data="")


def session_end(session_id: int, *, actor: Actor) -> None:
    """End one sign-in: one's own, or that of a person whom one may manage. Raises NotFound or Denied."""
    row = LoginSession.objects.filter(pk=session_id, ended_at__isnull=True).first()
    if row is None or row.user_id is None or (row.user_id != actor.user_id and not actor.has("users")):
        raise NotFound("session", session_id)
    if row.user_id != actor.user_id:
        managed_user(row.user_id, actor)
    LoginSession.objects.filter(pk=row.pk).update(ended_at=timezone.now(), data="")


def profile_save(values: Mapping[str, Any], *, actor: Actor) -> None:
    """Change what everybody may of their own account: language, time zone, appearance, notifications. Raises Invalid."""
    allowed = {"language", "timezone", "theme", "notifications"}
    if actor.user_id is None or actor.token_scopes is not None or not allowed.issuperset(values):
        raise Denied("user", "profile")
    user = User(**values)
    try:
        user.clean_fields(exclude=[field.name for field in User._meta.fields if field.name not in values])
    except ValidationError as error:
        problems = {
            key: [Problem("invalid", message) for message in found] for key, found in error.message_dict.items()
        }
        raise Invalid(problems) from error
    User.objects.filter(pk=actor.user_id).update(**values)


def _write(ids: Sequence[int], values: Mapping[str, Any], actor: Actor) -> None:
    """Write the same values to several people; raises Invalid."""
    result = save(registry.get("user"), [Row(values, id=pk) for pk in ids], actor=on_behalf(actor))
    for row in result.rows:
        if row.problems:
            raise Invalid(row.problems)
