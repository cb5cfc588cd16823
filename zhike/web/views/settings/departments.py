"""The tree of departments."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import Department, User
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.places import record_url
from zhike.metadata.records import record_save
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.views.settings.people import number, rooms

PAGE = add(
    SettingsPage(
        address="settings_departments",
        label=_("Departments"),
        text=_("Decides which customers belong together, and so what everybody with the scope “own departments” sees."),
        group="people",
        privilege="users",
        icon="sitemap",
        words=_("organisation teams tree"),
    )
)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def departments(request: AccountRequest) -> HttpResponse:
    """The tree; POST adds a department, by the right to create one."""
    if request.method != "POST":
        return tree_page(request)
    values = {"name": request.POST.get("name", ""), "parent": number(request.POST.get("parent", ""))}
    try:
        record_save(registry.get("department"), values, actor=request.actor)
    except Invalid as refusal:
        return tree_page(request, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_departments"))


def tree_page(request: AccountRequest, *, problems: Problems | None = None, status: int = 200) -> HttpResponse:
    context = {
        "rows": tree(),
        "rooms": rooms(number(request.POST.get("parent", ""))),
        "typed": request.POST,
        "problems": problems or {},
    }
    return settings_render(request, PAGE, "settings/departments.html", context, status=status)


def tree() -> list[dict[str, Any]]:
    """Departments from the top down, each below its parent, with ``depth`` and the number of people at home in it."""
    found = list(Department.objects.filter(deletion__isnull=True).select_related("head").order_by("name"))
    at_home = User.objects.filter(deletion__isnull=True).values_list("department_id").annotate(Count("id"))
    people = dict(at_home.order_by())
    shown = {room.pk for room in found}
    below: dict[int | None, list[Department]] = {}
    for room in found:
        below.setdefault(room.parent_id if room.parent_id in shown else None, []).append(room)
    rows: list[dict[str, Any]] = []
    waiting = [(room, 0) for room in reversed(below.get(None, []))]
    while waiting:
        room, depth = waiting.pop()
        rows.append(
            {"room": room, "depth": depth, "url": record_url("department", room.pk), "people": people.get(room.pk, 0)}
        )
        waiting += [(child, depth + 1) for child in reversed(below.get(room.pk, []))]
    return rows
