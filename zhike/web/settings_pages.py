"""The pages of the settings: what each changes and for whom, who may open it, and how it is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.accounts.middleware import AccountRequest
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problems
from zhike.metadata.fields.base import Label
from zhike.web.edges import refusals_answered

#: Groups in order.
GROUPS: Mapping[str, Label] = {
    "people": _("People and rights"),
    "data": _("Objects and fields"),
    "system": _("System"),
}


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """``text`` says in one sentence what the page changes and for whom; ``address`` is the name of its address."""

    address: str
    label: Label
    text: Label
    group: str
    privilege: str
    icon: str = "settings"
    #: Other words by which people look for it.
    words: Label = ""

    def matches(self, query: str) -> bool:
        return all(word in f"{self.label} {self.text} {self.words}".casefold() for word in query.casefold().split())


PAGES: list[SettingsPage] = []


def add(page: SettingsPage) -> SettingsPage:
    """Put a page into the settings."""
    PAGES.append(page)
    return page


def groups(actor: Actor, *, query: str = "", active: SettingsPage | None = None) -> list[dict[str, Any]]:
    """Pages that the actor may open and that match, by group; for the overview and the side."""
    found: list[dict[str, Any]] = []
    for key, label in GROUPS.items():
        pages = [page for page in PAGES if page.group == key and actor.has(page.privilege) and page.matches(query)]
        if pages:
            found.append({"label": label, "links": [_link(page, active) for page in pages]})
    return found


def _link(page: SettingsPage, active: SettingsPage | None) -> dict[str, Any]:
    return {
        "label": page.label,
        "text": page.text,
        "icon": page.icon,
        "url": reverse(page.address),
        "active": page is active,
    }


View = Callable[..., HttpResponse]


def belongs_to(page: SettingsPage) -> Callable[[View], View]:
    """A view of the page: whoever lacks its privilege is turned away before anything happens."""

    def guard(view: View) -> View:
        answered = refusals_answered(view)

        @wraps(view)
        def guarded(request: AccountRequest, **arguments: Any) -> HttpResponse:
            if not request.actor.has(page.privilege):
                raise PermissionDenied
            return answered(request, **arguments)

        return guarded

    return guard


def settings_render(
    request: AccountRequest,
    page: SettingsPage,
    template: str,
    context: Mapping[str, Any],
    *,
    heading: Label = "",
    status: int = 200,
) -> HttpResponse:
    """A settings page around its template."""
    problems: Problems = context.get("problems") or {}
    around: dict[str, Any] = {
        "heading": heading or page.label,
        "lead": page.text,
        "settings_groups": groups(request.actor, active=page),
        #: What is said above the form, whichever field it is about.
        "wrong": next(iter(problems.values()), []),
    }
    return render(request, template, {**around, **context}, status=status)
