"""People: who has an account, with which roles and departments, and where they are signed in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhike.accounts import people
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import Department, Token, User
from zhike.accounts.role_changes import role_changes
from zhike.accounts.sessions import alive
from zhike.engines.hand_over.planning import owns_anything
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid, Problem, Problems
from zhike.metadata.models import Role
from zhike.metadata.saving import context_for
from zhike.web.edges import post_only
from zhike.web.records.moments import moment
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render

PAGE = add(
    SettingsPage(
        address="settings_people",
        label=gettext_lazy("People"),
        text=gettext_lazy(
            "Decides who can sign in, with which roles and in which departments; counts from their next click."
        ),
        group="people",
        privilege="users",
        icon="users",
        words=gettext_lazy("accounts users passwords disable sessions"),
    )
)
#: More than these are found by searching.
MOST_SHOWN = 300


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD"])
def people_list(request: AccountRequest) -> HttpResponse:
    """Accounts, searchable by name and user name."""
    query = request.GET.get("q", "").strip()[:60]
    rows = User.objects.filter(deletion__isnull=True).select_related("department").order_by("-is_active", "name", "pk")
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(username__icontains=query) | Q(job_title__icontains=query))
    names = role_names()
    shown = [{"user": user, "roles": [names.get(key, key) for key in user.roles or ()]} for user in rows[:MOST_SHOWN]]
    return settings_render(request, PAGE, "settings/people.html", {"rows": shown, "q": query})


def role_names() -> dict[str, str]:
    return {role.key: _(role.name) for role in Role.objects.all()}


@sensitive_post_parameters("password")
@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: AccountRequest) -> HttpResponse:
    """The form for a new account; POST makes it."""
    if request.method != "POST":
        return new_page(request)
    try:
        made = people.user_create(
            username=request.POST.get("username", ""),
            name=request.POST.get("name", ""),
            password=request.POST.get("password") or None,
            roles=request.POST.getlist("roles"),
            department=number(request.POST.get("department", "")),
            actor=request.actor,
        )
    except Invalid as refusal:
        return new_page(request, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_person", args=[made.pk]))


def new_page(request: AccountRequest, *, problems: Problems | None = None, status: int = 200) -> HttpResponse:
    context = {
        "typed": request.POST,
        "roles": role_choices(request.POST.getlist("roles")),
        "rooms": rooms(number(request.POST.get("department", ""))),
        "problems": problems or {},
    }
    return settings_render(request, PAGE, "settings/person_new.html", context, heading=_("New person"), status=status)


def role_choices(held: list[str]) -> list[tuple[str, str, str, bool]]:
    """(key, name, description, held) of every role."""
    return [(role.key, _(role.name), _(role.description), role.key in held) for role in Role.objects.all()]


def rooms(*chosen: int | None) -> list[tuple[int, str, bool]]:
    """(id, name, chosen) of every living department."""
    found = Department.objects.filter(deletion__isnull=True).order_by("name").values_list("pk", "name")
    return [(pk, name, pk in chosen) for pk, name in found]


def number(text: str) -> int | None:
    """The id that a form field holds; None where nothing or nonsense was chosen."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: AccountRequest, user_id: int) -> HttpResponse:
    """One account; POST saves user name, roles, departments and the last day."""
    user = found_person(user_id)
    if request.method != "POST":
        return person_page(request, user)
    try:
        people.account_change(user.pk, posted_account(request), actor=request.actor)
    except Invalid as refusal:
        return person_page(request, user, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_person", args=[user.pk]))


def found_person(user_id: int) -> User:
    user = User.objects.filter(pk=user_id, deletion__isnull=True).first()
    if user is None:
        raise Http404
    return user


def posted_account(request: AccountRequest) -> dict[str, Any]:
    """What the form says of the account; raises Invalid for a date that is none."""
    last_day = request.POST.get("expires_on", "")
    try:
        expires_on = date.fromisoformat(last_day) if last_day else None
    except ValueError as error:
        raise Invalid({"expires_on": [Problem("invalid", _("Write the date like 2027-01-31."))]}) from error
    others = {found for text in request.POST.getlist("departments") if (found := number(text)) is not None}
    return {
        "username": request.POST.get("username", ""),
        "roles": sorted(set(request.POST.getlist("roles"))),
        "department": number(request.POST.get("department", "")),
        "departments": sorted(others),
        "expires_on": expires_on,
    }


def person_page(
    request: AccountRequest, user: User, *, problems: Problems | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "account": user,
        "roles": role_choices(user.roles or []),
        "rooms": rooms(user.department_id),
        "others": rooms(*user.departments.values_list("pk", flat=True)),
        "sessions": alive(user),
        "tokens": Token.objects.filter(user=user, revoked_at__isnull=True),
        "is_usable": user.is_usable(),
        "role_changes": told_changes(request, user),
        "owns": owns_anything(user),
        "may_hand_over": policy.may(request.actor, registry.get("customer"), "assign"),
        "problems": problems or {},
    }
    return settings_render(request, PAGE, "settings/person.html", context, heading=user.name, status=status)


def told_changes(request: AccountRequest, user: User) -> list[dict[str, Any]]:
    """Changes of roles in words; a role that is gone is named by its key."""
    names, context = role_names(), context_for(request.actor)
    return [
        {
            **moment(change.at, context),
            "by": change.by or _("System"),
            "given": [names.get(key, key) for key in change.given],
            "taken": [names.get(key, key) for key in change.taken],
            "is_first": change.is_first,
        }
        for change in role_changes(user)
    ]


@belongs_to(PAGE)
@post_only("settings_person", "user_id")
def person_active(request: AccountRequest, user_id: int) -> HttpResponse:
    """Disable or enable the account."""
    user = found_person(user_id)
    change = people.user_enable if request.POST.get("active") == "1" else people.user_disable
    try:
        change(user.pk, actor=request.actor)
    except Invalid as refusal:
        return person_page(request, user, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_person", args=[user.pk]))


@sensitive_post_parameters("password")
@belongs_to(PAGE)
@post_only("settings_person", "user_id")
def person_password(request: AccountRequest, user_id: int) -> HttpResponse:
    """Set a password that the person must change at the next sign-in."""
    user = found_person(user_id)
    try:
        people.password_set(user.pk, request.POST.get("password", ""), actor=request.actor)
    except Invalid as refusal:
        return person_page(request, user, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_person", args=[user.pk]))


@belongs_to(PAGE)
@post_only("settings_person", "user_id")
def person_sign_out(request: AccountRequest, user_id: int) -> HttpResponse:
    """End the person's sign-ins on every device."""
    user = people.managed_user(user_id, request.actor)
    people.sessions_end([user.pk])
    return HttpResponseRedirect(reverse("settings_person", args=[user.pk]))
