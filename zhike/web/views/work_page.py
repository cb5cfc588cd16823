"""The page after signing in."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.notify.services import Told, notifications_for
from zhike.engines.recent.services import Recent, recent_records
from zhike.engines.work import contributions
from zhike.lib.html import format_html
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.records.moments import local_day, moment
from zhike.web.records.subject import Wanted, fetch
from zhike.web.work import todos

MOST_MENTIONS = 6
MOST_RECENT = 8
NOON, EVENING = 12, 18
navigation.add(
    navigation.Place("work", gettext_lazy("Work page"), navigation.TOP, "home", order=10, shortcut="h", thumb=1)
)


@require_safe
def work_page(request: AccountRequest) -> HttpResponse:
    """What to do today, by value at stake; the feeds beside it come in a request of their own."""
    context = context_for(request.actor)
    found = todos.load(request.actor, context)
    wanted: Wanted = {}
    todos.want_todos(wanted, found)
    fetch(wanted, context)
    groups = [*todos.groups(found, context), *todos.suggested(request.actor, context)]
    told = {"todo_groups": groups, "todo_empty": nothing_to_do()}
    if request.headers.get("HX-Target") == "todos":
        return render(request, "work/todos.html", told)
    return render(
        request,
        "work/page.html",
        {
            **told,
            "greeting": greeting(request, context),
            "today": " ".join(date_format(local_day(context.now, context), name) for name in ("DATE_FORMAT", "l")),
            "summary": summary(found, context),
            "numbers": numbers(request, context),
            "feeds_url": "/feeds/",
        },
    )


@require_safe
def feeds(request: AccountRequest) -> HttpResponse:
    """What colleagues wrote to the reader, and what the reader opened last."""
    context = context_for(request.actor)
    mentions, _more = notifications_for(request.actor, context, kinds=("mention",), limit=MOST_MENTIONS)
    opened = recent_records(request.actor, context, limit=MOST_RECENT)
    shown = [
        {
            "label": _("Mentions of me"),
            "url": "/notifications/?kind=mention",
            "empty": _("Nobody has mentioned you yet."),
            "rows": [mention_row(told, context) for told in mentions],
        },
        {
            "label": _("Recently opened"),
            "url": "",
            "empty": _("Records that you open stand here."),
            "rows": [recent_row(recent, context) for recent in opened],
        },
    ]
    return render(request, "work/side.html", {"feeds": shown})


def greeting(request: AccountRequest, context: Context) -> str:
    hour = context.now.astimezone(context.timezone).hour
    name = {"name": request.user.name}
    if hour < NOON:
        return _("Good morning, %(name)s") % name
    return _("Good afternoon, %(name)s") % name if hour < EVENING else _("Good evening, %(name)s") % name


def summary(found: list[todos.Due], context: Context) -> str:
    """How much there is to do, in a sentence."""
    today = local_day(context.now, context)
    due = [item for item in found if local_day(item.at, context) <= today]
    if not due:
        return _("Nothing is due today.")
    late = sum(item.at < context.now for item in due)
    text = ngettext("%(count)s thing to do today", "%(count)s things to do today", len(due)) % {"count": len(due)}
    if not late:
        return text
    return _("%(todo)s, %(late)s of them overdue") % {"todo": text, "late": late}


def numbers(request: AccountRequest, context: Context) -> list[dict[str, Any]]:
    classes = {True: "up", False: "down", None: "muted"}
    return [
        {
            "label": number.label,
            "value": number.value,
            "note": number.note,
            "note_class": classes[number.is_better],
            "url": number.url,
        }
        for number in contributions.numbers(request.actor, context)
    ]


def nothing_to_do() -> dict[str, Any]:
    return {
        "icon": "circle-check",
        "title": _("All done"),
        "text": _("Nothing is due, and no customer waits for too long. A good moment to look after somebody new."),
        "actions": [],
    }


def mention_row(told: Told, context: Context) -> dict[str, Any]:
    at = moment(told.at, context)
    name = context.labels.get(("user", told.actor_id or 0), ("—", ""))[0]
    text = format_html('<a href="{}">{}</a>', told.url, told.text)
    return {"initials": name[:1], "tone": "violet", "text": text, "time": at["when"], "iso": at["iso"]}


def recent_row(recent: Recent, context: Context) -> dict[str, Any]:
    at = moment(recent.at, context)
    text = format_html(
        '<a href="{}">{}</a> <span class="faint">{}</span>', recent.url, recent.title, recent.object_type.label
    )
    return {"icon": recent.object_type.icon, "text": text, "time": at["when"], "iso": at["iso"]}
