"""The global search: everything that the person may see, as they type."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.recent.services import recent_records
from zhike.engines.search.query import Group, search
from zhike.lib.html import format_html, format_html_join
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for

LONGEST = 100
MOST_RECENT = 8


@require_safe
def search_everything(request: AccountRequest) -> HttpResponse:
    """The results for ``q`` by object; before anything is typed, the records seen last."""
    q = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    context = context_for(request.actor)
    groups = [group_of(group, q) for group in search(request.actor, q, context=context)] if q else recent(context)
    return render(request, "search/results.html", {"q": q, "groups": groups, "recent": not q})


def group_of(group: Group, q: str) -> dict[str, Any]:
    """One object's hits as the template shows them."""
    return {
        "label": group.object_type.label_plural,
        "hits": [
            {
                "title": marked(hit.title, q),
                "subtitle": conditional_escape(hit.subtitle),
                "url": hit.url,
                "icon": group.object_type.icon,
                "note": "",
            }
            for hit in group.hits
        ],
    }


def recent(context: Context) -> list[dict[str, Any]]:
    """The records that the person opened last, as one group."""
    found = recent_records(context.actor, context, limit=MOST_RECENT)
    hits = [
        {
            "title": one.title,
            "subtitle": "",
            "url": one.url,
            "icon": one.object_type.icon,
            "note": one.object_type.label,
        }
        for one in found
    ]
    return [{"label": _("Seen last"), "hits": hits}] if hits else []


def marked(title: str, q: str) -> SafeString:
    """The title escaped, with what was typed marked where it stands literally."""
    parts = re.split(f"({re.escape(q)})", title, flags=re.IGNORECASE)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if place % 2 else part,) for place, part in enumerate(parts))
    )
