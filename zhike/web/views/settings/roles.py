"""Roles: which there are, and how far each may do what with which object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from zhike.accounts import roles
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.accounts.role_book import EVERY_OTHER, Grants, RoleRights, current_book
from zhike.metadata import registry
from zhike.metadata.actor import Scope
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.fields.base import Label
from zhike.metadata.models import Role
from zhike.metadata.object_type import ObjectType
from zhike.metadata.policy import BEFORE_EXISTENCE
from zhike.web.edges import post_only
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.views.answers import saved

PAGE = add(
    SettingsPage(
        address="settings_roles",
        label=gettext_lazy("Roles"),
        text=gettext_lazy("Decides what everybody who holds a role may see and do; counts from their next click."),
        group="people",
        privilege="roles",
        icon="shield",
        words=gettext_lazy("rights permissions scope fields hidden masked"),
    )
)

ACTION_LABELS: Mapping[str, Label] = {
    "view": gettext_lazy("See"),
    "create": gettext_lazy("Create"),
    "edit": gettext_lazy("Change"),
    "delete": gettext_lazy("Delete"),
    "restore": gettext_lazy("Restore"),
    "purge": gettext_lazy("Remove for good"),
    "assign": gettext_lazy("Hand over"),
    "export": gettext_lazy("Export"),
    "import": gettext_lazy("Import"),
    "confirm": gettext_lazy("Review"),
    "recheck": gettext_lazy("Check again"),
    "merge": gettext_lazy("Merge"),
}
#: Short ones, for ten columns stand side by side.
SHORT_SCOPES: Mapping[Scope, Label] = {
    Scope.NONE: gettext_lazy("none"),
    Scope.OWN: gettext_lazy("own"),
    Scope.DEPARTMENT: gettext_lazy("department"),
    Scope.DEPARTMENT_AND_BELOW: gettext_lazy("and below"),
    Scope.ALL: gettext_lazy("all"),
}
PRIVILEGE_LABELS: Mapping[str, Label] = {
    "settings": gettext_lazy("Set up objects, fields and the system"),
    "users": gettext_lazy("Manage people and their accounts"),
    "roles": gettext_lazy("Decide what roles may do"),
    "audit": gettext_lazy("Read who did what, and why somebody sees something"),
}


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_list(request: AccountRequest) -> HttpResponse:
    """All roles; POST makes one."""
    if request.method != "POST":
        return list_page(request)
    try:
        made = roles.role_create(
            name=request.POST.get("name", ""),
            description=request.POST.get("description", ""),
            like=request.POST.get("like") or None,
            actor=request.actor,
        )
    except Invalid as refusal:
        return list_page(request, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_role", args=[made.key]))


def list_page(request: AccountRequest, *, problems: Problems | None = None, status: int = 200) -> HttpResponse:
    held = [
        key for keys in User.objects.filter(deletion__isnull=True).values_list("roles", flat=True) for key in keys or ()
    ]
    rows = [
        {"role": role, "name": _(role.name), "description": _(role.description), "people": held.count(role.key)}
        for role in Role.objects.all()
    ]
    context = {"rows": rows, "problems": problems or {}, "typed": request.POST}
    return settings_render(request, PAGE, "settings/roles.html", context, status=status)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_page(request: AccountRequest, key: str) -> HttpResponse:
    """One role's rights; POST saves them."""
    role = roles.role_by_key(key)
    if request.method != "POST":
        return rights_page(request, role)
    try:
        save_role(request, role)
    except Invalid as refusal:
        return rights_page(request, role, problems=refusal.problems, status=422)
    message = _("The rights of “%(role)s” are saved. They hold from everybody's next click.") % {"role": _(role.name)}
    return saved(request, reverse("settings_role", args=[role.key]), message)


def save_role(request: AccountRequest, role: Role) -> None:
    """Write what the form says; raises Invalid or Denied."""
    if not role.is_shipped:
        name, description = request.POST.get("name", ""), request.POST.get("description", "")
        roles.role_rename(role, name=name, description=description, actor=request.actor)
    roles.grants_set(role, posted_grants(request), actor=request.actor)
    given = [name for name in roles.PRIVILEGES if f"privilege:{name}" in request.POST]
    kept = [name for name in role.privileges if not request.actor.has(name)]
    roles.privileges_set(role, [*given, *kept], actor=request.actor)


def posted_grants(request: AccountRequest) -> Grants:
    """Scopes by (object key, action) of the matrix; unknown cells and values are refused by number or by the service."""
    found: Grants = {}
    for name, value in request.POST.items():
        mark, _colon, cell = name.partition(":")
        if mark == "grant":
            object_key, _colon, action = cell.partition(":")
            found[object_key, action] = Scope(int(value)) if value in SCOPE_VALUES else Scope.NONE
    return found


SCOPE_VALUES = {str(scope.value) for scope in Scope}


def rights_page(
    request: AccountRequest, role: Role, *, problems: Problems | None = None, status: int = 200
) -> HttpResponse:
    rights = current_book()[role.pk]
    holders = [
        user for user in User.objects.filter(deletion__isnull=True).order_by("name") if role.key in (user.roles or ())
    ]
    context = {
        "role": role,
        "name": _(role.name),
        "description": _(role.description),
        "columns": [(action, ACTION_LABELS.get(action, action)) for action in all_actions()],
        "rows": matrix(rights),
        "privileges": [
            (name, label, name in role.privileges, request.actor.has(name)) for name, label in PRIVILEGE_LABELS.items()
        ],
        "holders": holders,
        "problems": problems or {},
    }
    return settings_render(request, PAGE, "settings/role.html", context, heading=_(role.name), status=status)


def all_actions() -> tuple[str, ...]:
    """The usual actions, then those of single object types."""
    special = (action for found in shown_types() for action in roles.actions_of(found))
    return tuple(dict.fromkeys((*roles.USUAL_ACTIONS, *special)))


def shown_types() -> list[ObjectType]:
    """Object types to which rights can be given; private ones belong to their owners whatever roles say."""
    return [found for found in registry.all_types() if not found.is_private]


def matrix(rights: RoleRights) -> list[dict[str, Any]]:
    """One row an object type: its cells in the order of ``all_actions``, None where the action does not exist."""
    columns = all_actions()
    rows = [
        {
            "key": found.key,
            "label": found.label_plural,
            "follows": found.key not in rights.grants,
            "rules": len(rights.fields.get(found.key, {})),
            "cells": cells(found.key, found.label_plural, columns, roles.actions_of(found), rights.actions(found.key)),
        }
        for found in shown_types()
    ]
    others = _("Every other object")
    rows.append(
        {
            "key": EVERY_OTHER,
            "label": others,
            "cells": cells(EVERY_OTHER, others, columns, roles.USUAL_ACTIONS, rights.actions(EVERY_OTHER)),
        }
    )
    return rows


def cells(
    key: str, label: Label, columns: tuple[str, ...], known: tuple[str, ...], granted: Mapping[str, Scope]
) -> list[dict[str, Any] | None]:
    return [
        {
            "name": f"grant:{key}:{action}",
            "label": f"{label} · {ACTION_LABELS.get(action, action)}",
            "options": options(action, granted.get(action, Scope.NONE)),
            "scope": granted.get(action, Scope.NONE).value,
        }
        if action in known
        else None
        for action in columns
    ]


def options(action: str, granted: Scope) -> list[tuple[int, Label, bool]]:
    """Scopes to choose from; of what does not exist yet there is only yes and no."""
    if action in BEFORE_EXISTENCE:
        yes = granted if granted > Scope.NONE else Scope.ALL
        return [(0, _("no"), granted is Scope.NONE), (yes.value, _("yes"), granted > Scope.NONE)]
    return [(scope.value, label, scope is granted) for scope, label in SHORT_SCOPES.items()]


@belongs_to(PAGE)
@post_only("settings_role", "key")
def role_delete(request: AccountRequest, key: str) -> HttpResponse:
    """Remove a role that nobody holds."""
    role = roles.role_by_key(key)
    try:
        roles.role_delete(role, actor=request.actor)
    except Invalid as refusal:
        return rights_page(request, role, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_roles"))
