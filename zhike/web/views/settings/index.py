"""The overview of the settings, searchable."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.roles import PRIVILEGES
from zhike.web import navigation, settings_pages

navigation.add(
    navigation.Place(
        "settings",
        gettext_lazy("Settings"),
        navigation.END,
        "settings",
        order=100,
        privileges=PRIVILEGES,
        shortcut="s",
        thumb=7,
    )
)


@require_safe
def index(request: AccountRequest) -> HttpResponse:
    """Every page of the settings that the person may open."""
    if not settings_pages.groups(request.actor):
        raise PermissionDenied
    query = request.GET.get("q", "").strip()[:80]
    context = {"q": query, "groups": settings_pages.groups(request.actor, query=query)}
    return render(request, "settings/index.html", context)
