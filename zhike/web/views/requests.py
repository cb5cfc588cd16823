"""Requests: what waits for the reader's decision, what the reader asked for, and what the reader decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.requests import queries
from zhike.engines.requests.kinds import find_kind
from zhike.engines.requests.models import TONES, Request, RequestState
from zhike.metadata import policy, registry
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.records.moments import moment

ADDRESS = "/requests/"
PAGE = 30
TABS = {"": queries.to_decide, "mine": queries.asked_by, "decided": queries.decided_by}
navigation.add(
    navigation.Place(
        "requests",
        gettext_lazy("Requests"),
        navigation.TOP,
        "message-2",
        order=30,
        needs={"request": "view"},
        shortcut="r",
        thumb=8,
    )
)


@require_safe
def request_list(request: AccountRequest) -> HttpResponse:
    """Requests by tab: ``?tab=mine`` and ``?tab=decided`` beside those to decide."""
    if not policy.may(request.actor, registry.get("request"), "view"):
        raise PermissionDenied
    context = context_for(request.actor)
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else ""
    page = Paginator(TABS[tab](request.actor), PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    label(found, context)
    told = {
        "tabs": tabs(tab, waiting=queries.to_decide(request.actor).count()),
        "rows": [drawn(row, context, tab) for row in found],
        "more_url": f"{ADDRESS}?tab={tab}&page={page.next_page_number()}" if page.has_next() else "",
        "empty": nothing(tab),
    }
    return render(request, "requests/page.html", told)


def tabs(active: str, *, waiting: int) -> list[dict[str, Any]]:
    labels = {"": _("Waiting for me"), "mine": _("My requests"), "decided": _("Decided by me")}
    return [
        {
            "label": text,
            "url": f"{ADDRESS}?tab={key}" if key else ADDRESS,
            "active": key == active,
            "count": 0 if key else waiting,
        }
        for key, text in labels.items()
    ]


def label(found: Sequence[Request], context: Context) -> None:
    """Names of the people and of the records that the reader may see; one query an object type."""
    wanted: dict[str, set[int]] = {"user": {pk for row in found for pk in (row.owner_id, row.decided_by_id) if pk}}
    for row in found:
        if row.about_id is not None and row.about_key in registry.catalogue():
            wanted.setdefault(row.about_key, set()).add(row.about_id)
    fill_labels(wanted, context)


def drawn(row: Request, context: Context, tab: str) -> dict[str, Any]:
    """A request as its reader sees it; the record behind it is linked for who may see that."""
    kind = find_kind(row.kind)
    about = context.labels.get((row.about_key, row.about_id or 0))
    url = record_url("request", row.pk)
    is_open = row.state == RequestState.OPEN
    return {
        "title": row.title,
        "url": url,
        "icon": kind.icon if kind else "message-2",
        "kind": kind.label if kind else "",
        "state": row.get_state_display(),
        "tone": TONES.get(row.state, "grey"),
        "asker": name(row.owner_id, context),
        "decider": name(row.decided_by_id, context) if row.decided_by_id else "",
        "reason": row.reason or "",
        "answer": row.answer or "",
        "about": {"title": about[0], "url": about[1]} if about else None,
        "asked": moment(row.created_at, context),
        "expires": moment(row.expires_at, context) if is_open and row.expires_at else None,
        "grant_url": f"{url}action/grant/" if is_open and not tab else "",
        "refuse_url": f"{url}action/refuse/" if is_open and not tab else "",
        "withdraw_url": f"{url}action/withdraw/" if is_open and tab == "mine" else "",
    }


def name(user_id: int | None, context: Context) -> str:
    return context.labels.get(("user", user_id or 0), (_("Somebody"), ""))[0]


def nothing(tab: str) -> dict[str, Any]:
    """Why there is nothing, and where requests come from."""
    if tab == "mine":
        return {
            "icon": "message-2",
            "title": _("You have not asked for anything"),
            "text": _("When something belongs to a colleague or needs a manager's word, the page there offers to ask."),
        }
    if tab == "decided":
        return {"icon": "checks", "title": _("You have not decided anything yet"), "text": ""}
    return {
        "icon": "checks",
        "title": _("Nothing waits for your decision"),
        "text": _("Colleagues' requests to you come here, and the bell tells you of each."),
    }
