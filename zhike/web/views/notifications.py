"""What the bell rings for."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.notify.services import Told, notifications_for, notifications_read, unread_count
from zhike.metadata import notices
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.records.moments import clock, day_heading, local_day, moment

ADDRESS = "/notifications/"
FOLLOWING = f"{ADDRESS}following/"
navigation.add(
    navigation.Place(
        "notifications",
        gettext_lazy("Messages"),
        navigation.TOP,
        "bell",
        order=20,
        shortcut="n",
        thumb=5,
        counts_unread=True,
    )
)


@require_safe
def notification_list(request: AccountRequest) -> HttpResponse:
    """Messages by day, newest first; ``?unread=1`` and ``?kind=`` narrow them down."""
    context = context_for(request.actor)
    unread = bool(request.GET.get("unread"))
    kind = request.GET.get("kind", "")
    kinds = (kind,) if kind in notices.kinds else ()
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    found, more = notifications_for(request.actor, context, kinds=kinds, unread=unread, before_id=before)
    told = {
        "tabs": tabs(active=address(unread=unread, kind=kind if kinds else "")),
        "days": days(found, context),
        "read_all_url": f"{ADDRESS}read/" if unread_count(request.actor) else "",
        "more_url": address(unread=unread, kind=kind, before=more) if more else "",
        "empty": nothing(unread=unread),
    }
    return render(request, "notifications/page.html", told)


@require_POST
def read_all(request: AccountRequest) -> HttpResponse:
    """Everything counts as read."""
    notifications_read(request.actor)
    return HttpResponseRedirect(ADDRESS)


def address(*, unread: bool = False, kind: str = "", before: int | None = None) -> str:
    pairs = {"unread": "1" if unread else "", "kind": kind, "before": before or ""}
    told = urlencode({name: value for name, value in pairs.items() if value})
    return f"{ADDRESS}?{told}" if told else ADDRESS


def tabs(*, active: str) -> list[dict[str, Any]]:
    """All, unread, mentions, which people look for most, and the records that one follows."""
    offered = [
        (_("All"), ADDRESS),
        (_("Unread"), address(unread=True)),
        (_("Mentions of me"), address(kind="mention")),
        (_("Following"), FOLLOWING),
    ]
    return [{"label": label, "url": url, "active": url == active} for label, url in offered]


def days(found: list[Told], context: Context) -> list[dict[str, Any]]:
    grouped = groupby(found, key=lambda told: local_day(told.at, context))
    return [{**day_heading(day, context), "rows": [drawn(told, context) for told in rows]} for day, rows in grouped]


def drawn(told: Told, context: Context) -> dict[str, Any]:
    at = moment(told.at, context)
    return {
        "id": told.id,
        "icon": told.icon,
        "tone": "blue" if not told.is_read else "",
        "text": told.text,
        "url": told.url,
        "time": clock(told.at, context),
        "iso": at["iso"],
        "exact": at["exact"],
        "unread": not told.is_read,
    }


def nothing(*, unread: bool) -> dict[str, Any]:
    text = _("When a colleague mentions you, gives you a record, or a task falls due, you read it here.")
    return {
        "icon": "bell",
        "title": _("Everything is read") if unread else _("No messages yet"),
        "text": text,
        "actions": [],
    }
