"""What stands around every page: navigation, the person, what can be made new. Read by the templates' base."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.engines.notify.services import unread_count
from zhike.metadata import policy, registry
from zhike.metadata.actor import ANONYMOUS, Actor
from zhike.metadata.fields.base import Label
from zhike.metadata.fields.user import portrait_tone
from zhike.metadata.kept import kept
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url, record_url

#: Navigation groups in order; object types say to which they belong.
GROUPS: Mapping[str, Label] = {
    "customers": _("Customers"),
    "sales": _("Sales"),
    "service": _("Service"),
    "marketing": _("Marketing"),
    "insight": _("Insight"),
    "team": _("Team"),
}
#: Keys pressed after "g" that go to a list.
GO_KEYS = {"customer": "c", "contact": "p", "task": "t", "interaction": "i"}
NEEDS_SETTINGS = ("settings", "users", "roles", "audit")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html; what costs work is a function that the template calls where it needs it."""
    found: dict[str, Any] = {"layout": layout(request), "theme": getattr(request, "theme", "auto")}
    actor, user = getattr(request, "actor", ANONYMOUS), getattr(request, "user", None)
    if actor.is_anonymous or not isinstance(user, User):
        return found
    return {
        **found,
        "rail": request.COOKIES.get("rail", "open"),
        "navigation": partial(kept, actor, "navigation", partial(drawn_navigation, actor)),
        # Asked once, however often the page shows it.
        "unread": SimpleLazyObject(partial(unread_count, actor)),
        "create_menu": partial(kept, actor, "create menu", partial(create_menu, actor)),
        "myself": partial(myself, user),
        "bottom": kept(actor, "bottom", partial(bottom, actor)),
    }


def layout(request: HttpRequest) -> str:
    """The view alone where the rest of the page stands already: page changes and the back button."""
    stands = request.headers.get("HX-Boosted") or request.headers.get("HX-History-Restore-Request")
    return "fragment.html" if stands == "true" else "base.html"


def drawn_navigation(actor: Actor) -> SafeString:
    """The rail as markup."""
    return render_to_string("parts/rail.html", {"navigation": navigation(actor)})


def create_menu(actor: Actor) -> SafeString:
    """The button for new records with its menu as markup; "" for whoever may make none."""
    items = create_items(actor)
    return render_to_string("parts/create_menu.html", {"create_items": items}) if items else SafeString("")


def navigation(actor: Actor) -> list[dict[str, Any]]:
    """Groups of links that the actor may open; groups without any are left out."""
    by_group: dict[str, list[ObjectType]] = {}
    for object_type in registry.all_types():
        if object_type.group in GROUPS and policy.may(actor, object_type, "view"):
            by_group.setdefault(object_type.group, []).append(object_type)
    groups: list[dict[str, Any]] = [
        {
            "label": "",
            "links": [
                {"label": _("Work page"), "url": "/", "icon": "home", "key": "h"},
                {"label": _("Messages"), "url": "/notifications/", "icon": "bell", "key": "n"},
                *requests_link(actor),
            ],
        }
    ]
    for key, label in GROUPS.items():
        found = sorted(by_group.get(key, ()), key=lambda object_type: object_type.order)
        links = [_link(object_type) for object_type in found] + group_pages(actor, key)
        if key == "customers":
            links += pools_link(actor) + reviews_link(actor)
        if links:
            groups.append({"label": label, "links": links})
    if any(actor.has(privilege) for privilege in NEEDS_SETTINGS):
        groups.append(
            {"label": "", "links": [{"label": _("Settings"), "url": "/settings/", "icon": "settings", "key": "s"}]}
        )
    return groups


def pools_link(actor: Actor) -> list[dict[str, Any]]:
    """The public pool, for who may see pools and customers."""
    if not all(policy.may(actor, registry.get(key), "view") for key in ("pool", "customer")):
        return []
    return [{"label": _("Public pool"), "url": "/pools/", "icon": "recycle", "key": "o"}]


def reviews_link(actor: Actor) -> list[dict[str, Any]]:
    """Archive review, for who may see reviews and customers."""
    if not all(policy.may(actor, registry.get(key), "view") for key in ("review", "customer")):
        return []
    return [{"label": _("Archive review"), "url": "/reviews/", "icon": "clipboard-list", "key": "v"}]


def requests_link(actor: Actor) -> list[dict[str, Any]]:
    """The page of requests, for whom it concerns."""
    if not policy.may(actor, registry.get("request"), "view"):
        return []
    return [{"label": _("Requests"), "url": "/requests/", "icon": "message-2", "key": "r"}]


def group_pages(actor: Actor, group: str) -> list[dict[str, Any]]:
    """Pages of a group that are no lists."""
    if group == "marketing" and policy.may(actor, registry.get("webform"), "view"):
        return [
            {"label": _("Web forms"), "url": "/webforms/", "icon": "forms", "key": ""},
            {"label": _("Interview scripts"), "url": list_url("script"), "icon": "phone", "key": ""},
        ]
    if group == "insight" and policy.may(actor, registry.get("customer"), "view"):
        found: list[dict[str, Any]] = [
            {"label": _("Value tiers"), "url": "/tiers/", "icon": "scale", "key": ""},
            {"label": _("Data quality"), "url": "/quality/", "icon": "list-check", "key": ""},
            {"label": _("Risk customers"), "url": "/risk/", "icon": "alert-triangle", "key": ""},
        ]
        if policy.may(actor, registry.get("key_account"), "view"):
            found.append({"label": _("Key accounts"), "url": "/key-accounts/", "icon": "star", "key": ""})
        return found
    return []


def _link(object_type: ObjectType) -> dict[str, Any]:
    return {
        "label": object_type.label_plural,
        "url": list_url(object_type.key),
        "icon": object_type.icon,
        "key": GO_KEYS.get(object_type.key, ""),
    }


def bottom(actor: Actor) -> dict[str, str]:
    """Addresses of the phone bar that depend on rights; "" for what the actor may not open."""
    customer, contact_log = registry.get("customer"), registry.get("interaction")
    return {
        "customers_url": list_url(customer.key) if policy.may(actor, customer, "view") else "",
        "log_url": "/log/" if policy.may(actor, contact_log, "create") else "",
    }


def create_items(actor: Actor) -> list[dict[str, Any]]:
    """What the actor may make new, in the order of the navigation."""
    found = [
        object_type
        for object_type in registry.all_types()
        if object_type.group and object_type.creatable and policy.may(actor, object_type, "create")
    ]
    items: list[dict[str, Any]] = [
        {
            "label": format_lazy(_("New {object}"), object=object_type.label),
            "url": f"{list_url(object_type.key)}new/",
            "icon": object_type.icon,
        }
        for object_type in sorted(found, key=lambda object_type: object_type.order)
    ]
    if {"customer", "contact"} <= {object_type.key for object_type in found}:
        items.append({"label": _("Scan a business card"), "url": "/cards/", "icon": "id"})
    return items


def myself(user: User) -> dict[str, Any]:
    """Who is signed in."""
    return {
        "name": user.name,
        "initials": user.name[:1].upper(),
        "tone": portrait_tone(user.pk),
        "department": user.job_title or "",
        "url": "/me/",
        "record_url": record_url("user", user.pk),
    }
