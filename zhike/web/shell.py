"""What stands around every page: navigation, the person, what can be made new. Read by the templates' base."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from zhike.accounts.models import User
from zhike.engines.notify.services import unread_count
from zhike.metadata.actor import ANONYMOUS, Actor
from zhike.metadata.fields.user import portrait_tone
from zhike.metadata.kept import kept
from zhike.metadata.navigation import GROUPS
from zhike.metadata.places import record_url
from zhike.web.navigation import END, TOP, entries, makings, thumb_entries

#: So many places stand in the phone's bar, beside the way to all others.
THUMBS = 5
#: Remembers which groups of the navigation the person opened or closed against what is usual.
COOKIE = "rail-groups"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html; what costs work is a function that the template calls where it needs it."""
    found: dict[str, Any] = {"layout": layout(request), "theme": getattr(request, "theme", "auto")}
    actor, user = getattr(request, "actor", ANONYMOUS), getattr(request, "user", None)
    if actor.is_anonymous or not isinstance(user, User):
        return found
    turned = turned_groups(request)
    return {
        **found,
        "rail": request.COOKIES.get("rail", "open"),
        "navigation": partial(kept, actor, ("navigation", turned), partial(drawn_navigation, actor, turned)),
        "place_sheet": partial(kept, actor, "place sheet", partial(drawn_places, actor)),
        # Asked once, however often the page shows it.
        "unread": SimpleLazyObject(partial(unread_count, actor)),
        "create_menu": partial(kept, actor, "create menu", partial(create_menu, actor)),
        "myself": partial(myself, user),
        "thumb_places": kept(actor, "thumb places", partial(thumb_entries, actor, THUMBS)),
    }


def layout(request: HttpRequest) -> str:
    """The view alone where the rest of the page stands already: page changes and the back button."""
    stands = request.headers.get("HX-Boosted") or request.headers.get("HX-History-Restore-Request")
    return "fragment.html" if stands == "true" else "base.html"


def turned_groups(request: HttpRequest) -> frozenset[str]:
    """The groups that the person turned; what the cookie says beside them is left out."""
    return frozenset(request.COOKIES.get(COOKIE, "").split(".")).intersection(GROUPS)


def drawn_navigation(actor: Actor, turned: frozenset[str]) -> SafeString:
    """The rail as markup."""
    return render_to_string("parts/rail.html", {"navigation": navigation(actor, turned)})


def drawn_places(actor: Actor) -> SafeString:
    """The phone's sheet with every place as markup."""
    return render_to_string("parts/places.html", {"navigation": navigation(actor), "new": new_records(actor)})


def create_menu(actor: Actor) -> SafeString:
    """The button for new records with its menu as markup; "" for whoever may make none."""
    groups = new_records(actor)
    return render_to_string("parts/create_menu.html", {"groups": groups}) if groups else SafeString("")


def navigation(actor: Actor, turned: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Groups of links that the actor may open; groups without any are left out."""
    found = entries(actor)
    titled = [
        {"key": key, "label": group.label, "icon": group.icon, "is_folded": group.folded != (key in turned)}
        for key, group in GROUPS.items()
    ]
    groups: list[dict[str, Any]] = [{"key": TOP}, *titled, {"key": END}]
    return [{**group, "links": found[group["key"]]} for group in groups if group["key"] in found]


def new_records(actor: Actor) -> list[dict[str, Any]]:
    """What the actor may make new, by group, in the order of the navigation."""
    found = makings(actor)
    return [{"label": group.label, "links": found[key]} for key, group in GROUPS.items() if key in found]


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
