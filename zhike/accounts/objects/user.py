"""People: colleagues that everybody finds, and accounts that administrators keep through the services of ``people.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhike.accounts import people
from zhike.accounts.models import User, validate_time_zone
from zhike.accounts.role_choices import RoleChoices
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import ObjectType, Section, Values

OWN_MANAGER = Problem("circle", _("Nobody reports to themselves."))


def check_people(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> dict[int, dict[str, Problem]]:
    """Problems of rows whose time zone does not exist or who would report to themselves."""
    found: dict[int, dict[str, Problem]] = {}
    for index, values in enumerate(rows):
        if values.get("timezone") is not None:
            try:
                validate_time_zone(values["timezone"])
            except ValidationError as error:
                found[index] = {"timezone": Problem(error.code or "invalid", error.message)}
        if values.get("manager") is not None and values["manager"] == existing.get(index, {}).get("id"):
            found[index] = {**found.get(index, {}), "manager": OWN_MANAGER}
    return found


def describe() -> ObjectType:
    """The descriptor; what decides about rights is read-only, whoever asks."""
    descriptor = registry.object_type(
        User,
        exclude=("owner", "password", "last_login", "notifications", "theme", "language", "must_change_password"),
        icon="user",
        group="team",
        order=10,
        thumb=6,
        title="name",
        subtitle=("job_title", "department"),
        columns=("name", "username", "job_title", "department", "roles", "phones", "is_active", "last_seen_at"),
        filters=("department", "roles", "is_active"),
        search=("name", "username", "job_title", "phones", "emails"),
        form=(
            Section(_("Personal details"), ("name", "job_title", "phones", "emails", "manager", "timezone")),
            Section(_("Account"), ("username", "department", "departments", "roles", "is_active", "expires_on")),
        ),
        default_sort="name",
        prepare=check_people,
        permissions=("view", "edit", "delete", "restore", "export"),
        creatable=False,
        has_comments=False,
    )
    fields = dict(descriptor.fields)
    fields["department"] = fields["department"].with_changes(readonly=True, label=_("home department"))
    fields["roles"] = fields["roles"].with_changes(options={"choices": RoleChoices()})
    return replace(descriptor, fields=fields)


USER = registry.add(describe())


@registry.action(
    User, label=_("Disable"), permission="edit", icon="user-off", when={"field": "is_active", "op": "eq", "value": True}
)
def user_disable(ids: Sequence[int], *, actor: Actor) -> None:
    """End people's access at once; their records and history stay."""
    people.users_disable(ids, actor=actor)


@registry.action(
    User,
    label=_("Enable"),
    permission="edit",
    icon="user-check",
    when={"field": "is_active", "op": "eq", "value": False},
)
def user_enable(ids: Sequence[int], *, actor: Actor) -> None:
    """Let people sign in again with the password that they had."""
    people.users_enable(ids, actor=actor)
