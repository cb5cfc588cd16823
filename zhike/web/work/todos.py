"""Things to do on the work page, of every object type that is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import F, Q
from django.utils.html import format_html_join
from django.utils.translation import gettext as _, ngettext

from zhike.engines.work import contributions
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.filters import compile_filter
from zhike.metadata.labels import record_url
from zhike.metadata.object_type import ObjectType, Todo
from zhike.metadata.places import list_url
from zhike.metadata.query import PageRow, cell, first_rows
from zhike.web.records.moments import clock, local_day, moment
from zhike.web.records.subject import Wanted, want_row

MOST_ROWS = 40
MOST_AHEAD = 5
DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Due:
    """A thing to do as it was read."""

    object_type: ObjectType
    todo: Todo
    row: PageRow

    @property
    def at(self) -> datetime:
        at: datetime = self.row.values[self.todo.due]
        return at


def todo_types(actor: Actor) -> Iterator[tuple[ObjectType, Todo]]:
    for object_type in registry.all_types():
        if object_type.todo is not None and "owner" in object_type.fields and policy.may(actor, object_type, "view"):
            yield object_type, object_type.todo


def load(actor: Actor, context: Context) -> list[Due]:
    """Open things of the actor that are due by the end of the coming week, by value at stake; one query a type."""
    end = start_of_day(context) + timedelta(days=DAYS_AHEAD + 1)
    return [
        Due(object_type, todo, row)
        for object_type, todo in todo_types(actor)
        for row in rows_of(actor, context, object_type, todo, end)
    ]


def rows_of(actor: Actor, context: Context, object_type: ObjectType, todo: Todo, end: datetime) -> list[PageRow]:
    due = object_type.field(todo.due).column or todo.due
    found = policy.queryset_for(actor, object_type).filter(
        compile_filter(object_type, todo.open, context), Q(**{f"{due}__lt": end}), owner_id=actor.user_id
    )
    day = Q(**{f"{due}__lt": start_of_day(context) + timedelta(days=1)})
    rank = todo.rank() if todo.rank else ()
    # What is due by tonight comes first by value, so that many trifles of next week cannot push it out.
    ordered = found.annotate(_ahead=~day).order_by("_ahead", *rank, F(due), "pk")
    columns = (object_type.title, todo.due, *object_type.subtitle)
    return first_rows(object_type, ordered[:MOST_ROWS], actor=actor, context=context, columns=columns)


def start_of_day(context: Context) -> datetime:
    return datetime.combine(local_day(context.now, context), time(), tzinfo=context.timezone)


def want_todos(wanted: Wanted, found: list[Due]) -> None:
    for due in found:
        want_row(wanted, due.object_type, due.row)


def groups(found: list[Due], context: Context) -> list[dict[str, Any]]:
    """Overdue, today and the next few, as work/todos.html wants them."""
    tomorrow = start_of_day(context) + timedelta(days=1)
    overdue = [due for due in found if due.at < context.now]
    today = [due for due in found if context.now <= due.at < tomorrow]
    ahead = sorted((due for due in found if due.at >= tomorrow), key=lambda due: due.at)[:MOST_AHEAD]
    named = (
        (_("Overdue"), overdue, True),
        (_("Today"), today, False),
        (_("Coming up"), ahead, False),
    )
    return [
        {
            "label": label,
            "note": len(rows),
            "late": is_late,
            "rows": [drawn(due, context) for due in rows],
            "more_url": own_list(rows[0].object_type, rows[0].todo) if len(rows) >= MOST_AHEAD else "",
        }
        for label, rows, is_late in named
        if rows
    ]


def own_list(object_type: ObjectType, todo: Todo) -> str:
    """Address of all open ones of the reader."""
    own = {"field": "owner", "op": "eq", "value": "me"}
    text = orjson.dumps({"all": [own, dict(todo.open)]}).decode()
    return f"{list_url(object_type.key)}?{urlencode({'filter': text})}"


def drawn(due: Due, context: Context) -> dict[str, Any]:
    object_type, todo, row = due.object_type, due.todo, due.row
    title = object_type.field(object_type.title)
    url = record_url(object_type, row.id)
    late = due.at < context.now
    tomorrow = (start_of_day(context) + timedelta(days=1)).date().isoformat()
    return {
        "id": row.id,
        "title": title.type.text(row.values.get(title.key), title, context) or f"#{row.id}",
        "url": f"{url}edit/",
        "dialog": True,
        "why": why(due, context, late=late),
        "due": due_words(due, context),
        "late": late,
        "done_url": f"{url}action/{todo.done}/",
        "postpone_url": f"{url}action/{todo.postpone}/" if todo.postpone and is_due(due, context) else "",
        "day_url": f"{url}day/?{urlencode({'dates': todo.due})}" if is_due(due, context) else "",
        "version": row.version,
        "first_day": tomorrow,
    }


def is_due(due: Due, context: Context) -> bool:
    """Whether it belongs to today or should have been done before."""
    return local_day(due.at, context) <= local_day(context.now, context)


def why(due: Due, context: Context, *, late: bool) -> Any:
    """Why it stands here: for how long it is late, and whom it is about."""
    parts: list[Any] = []
    days = (local_day(context.now, context) - local_day(due.at, context)).days
    if late and days:
        parts.append(ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days})
    for key in due.object_type.subtitle:
        field = due.object_type.field(key)
        if key != due.todo.due and due.row.values.get(key) is not None:
            parts.append(cell(due.row, field, context))
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def due_words(due: Due, context: Context) -> str:
    """The time today, the day otherwise."""
    if local_day(due.at, context) == local_day(context.now, context):
        return clock(due.at, context)
    return moment(due.at, context)["when"]


def suggested(actor: Actor, context: Context) -> list[dict[str, Any]]:
    """Groups that parts of the business contribute."""
    return [
        {
            "label": group.label,
            "note": len(group.rows),
            "late": False,
            "more_url": group.more_url,
            "rows": [
                {
                    "id": f"{row.object_key}-{row.record_id}",
                    "title": row.title,
                    "url": row.url,
                    "why": row.reason,
                    "icon": row.icon,
                    "due": row.note,
                    "act": {"label": row.act_label, "url": row.act_url, "dialog": True, "icon": row.act_icon},
                }
                for row in group.rows
            ],
        }
        for group in contributions.suggestions(actor, context)
    ]
