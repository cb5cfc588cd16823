"""What stands beside the timeline: next steps, related records, the team and the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import Exists, Q, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.engines.files.models import File
from zhike.engines.files.services import files_of
from zhike.lib.html import format_html, joined
from zhike.metadata import policy, registry
from zhike.metadata.columns import is_links
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.choice import ChoiceType
from zhike.metadata.fields.markup import badge
from zhike.metadata.filters import compile_filter
from zhike.metadata.labels import record_url
from zhike.metadata.models import Record, TeamMember
from zhike.metadata.object_type import ObjectType, Panel, Todo
from zhike.metadata.places import list_url
from zhike.metadata.query import PageRow, cell, first_rows, related_rows
from zhike.metadata.time_budget import OutOfTime
from zhike.web.lists.rows import bare_numbers
from zhike.web.records.moments import moment
from zhike.web.records.subject import Subject, Wanted, want, want_row

MOST_STEPS = 8
MOST_FILES = 8
#: Panels that administrators' fields make may have no index; they are left out rather than waited for.
PANEL_BUDGET = 0.5


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rows of one panel, read but not drawn yet."""

    panel: Panel
    object_type: ObjectType
    rows: list[PageRow]
    more: bool


# Next steps -------------------------------------------------------------------------------------------------------


def step_panel(subject: Subject) -> tuple[Panel, ObjectType, Todo] | None:
    """The first panel whose records are things to do and that the actor may see."""
    for panel in subject.object_type.panels:
        object_type = registry.get(panel.object_key)
        if object_type.todo is not None and policy.may(subject.actor, object_type, "view"):
            return panel, object_type, object_type.todo
    return None


def load_steps(subject: Subject) -> list[PageRow]:
    """Things to do about the record that are open, the most urgent first."""
    found = step_panel(subject)
    if found is None:
        return []
    panel, object_type, todo = found
    column = object_type.field(todo.due).column or "pk"

    def open_rows(record_id: int) -> QuerySet[Record]:
        rows = rows_below(subject, panel, object_type, record_id)
        rows = rows.filter(compile_filter(object_type, todo.open, subject.context))
        return rows.order_by(column, "pk")[:MOST_STEPS]

    return related_rows(
        object_type,
        open_rows,
        subject.id,
        key=("steps", subject.object_type.key),
        actor=subject.actor,
        context=subject.context,
        columns=(object_type.title, todo.due, "owner"),
    )


def add_step_url(subject: Subject) -> str:
    """Address of the form for a new thing to do about the record; "" where there is none."""
    found = step_panel(subject)
    if found is None:
        return ""
    panel, object_type, _todo = found
    may_add = object_type.creatable and policy.may(subject.actor, object_type, "create")
    return f"{list_url(object_type.key)}new/?{urlencode({panel.via: subject.id})}" if may_add else ""


def steps(subject: Subject, rows: list[PageRow]) -> dict[str, Any] | None:
    """Next steps as record_detail/side.html wants them; None for records that have none."""
    found = step_panel(subject)
    if found is None:
        return None
    _panel, object_type, todo = found
    return {
        "add_url": add_step_url(subject),
        "rows": [step(object_type, todo, row, subject.context) for row in rows],
    }


def step(object_type: ObjectType, todo: Todo, row: PageRow, context: Context) -> dict[str, Any]:
    """One thing to do."""
    due = row.values.get(todo.due)
    title = object_type.field(object_type.title)
    owner = object_type.fields.get("owner")
    url = record_url(object_type, row.id)
    return {
        "id": row.id,
        "title": title.type.text(row.values.get(title.key), title, context),
        "url": url,
        "edit_url": f"{url}edit/",
        "done_url": f"{url}action/{todo.done}/",
        "due": moment(due, context)["when"] if due else _("no date"),
        "late": due is not None and due < context.now,
        "who": owner.type.text(row.values.get("owner"), owner, context) if owner else "",
    }


# Related records --------------------------------------------------------------------------------------------------


def link_condition(panel: Panel, object_type: ObjectType, subject: Subject, record_id: int) -> Q:
    """Records of the panel's type that link to a record of the subject's type by the panel's field."""
    field = object_type.field(panel.via)
    if field.column is not None and not is_links(object_type, field):
        return Q(**{field.column: record_id})
    return Q(field.type.condition("eq", record_id, field, subject.context))


def rows_below(
    subject: Subject, panel: Panel, object_type: ObjectType, record_id: int | None = None
) -> QuerySet[Record]:
    """Live records of the panel that the actor may see; ``record_id`` is the subject's unless another one is put in its place.

    Those whose rights follow this very record need no further look: the actor sees it. Asking all the same would make the
    database gather everything within the actor's reach first.
    """
    condition = link_condition(panel, object_type, subject, subject.id if record_id is None else record_id)
    if object_type.scope_from == panel.via:
        return policy.every_record(object_type).filter(condition, deletion__isnull=True)
    return policy.queryset_for(subject.actor, object_type).filter(condition)


def panels_of(subject: Subject) -> Iterator[tuple[Panel, ObjectType]]:
    """Panels of the descriptor, then one for each link that administrators made to this type; steps stand elsewhere."""
    named = set()
    for panel in subject.object_type.panels:
        object_type = registry.get(panel.object_key)
        named.add((panel.object_key, panel.via))
        if object_type.todo is None and not panel.is_more and policy.may(subject.actor, object_type, "view"):
            yield panel, object_type
    for object_type in registry.all_types():
        for field in object_type.active_fields:
            is_link = field.is_custom and field.type.link_targets(field) == subject.object_type.key
            readable = policy.comparable(subject.actor, object_type, field)
            if is_link and readable and policy.may(subject.actor, object_type, "view"):
                yield Panel(object_type.key, field.key, object_type.columns[:3]), object_type


def load_panels(subject: Subject) -> list[Loaded]:
    """Rows of every panel, one query each."""
    return [loaded for panel, object_type in panels_of(subject) if (loaded := load_panel(subject, panel, object_type))]


def load_more(subject: Subject) -> tuple[list[Loaded], list[tuple[Panel, ObjectType]]]:
    """Panels of a request of their own: those that have rows, and those that have none; one query asks which is which."""
    offered = [
        (panel, object_type)
        for panel in subject.object_type.panels
        if panel.is_more and policy.may(subject.actor, (object_type := registry.get(panel.object_key)), "view")
    ]
    if not offered:
        return [], []
    there = {
        f"_there{place}": Exists(rows_below(subject, panel, object_type))
        for place, (panel, object_type) in enumerate(offered)
    }
    own = policy.every_record(subject.object_type).filter(pk=subject.id).order_by()
    answers = own.annotate(**there).values_list(*there).first() or ()
    full = [pair for pair, is_there in zip(offered, answers, strict=False) if is_there]
    empty = [pair for pair, is_there in zip(offered, answers, strict=False) if not is_there]
    return [loaded for panel, object_type in full if (loaded := load_panel(subject, panel, object_type))], empty


def beginnings(subject: Subject, empty: list[tuple[Panel, ObjectType]]) -> list[dict[str, Any]]:
    """Links to the first record of panels that have none, for who may make one."""
    return [
        {
            "label": panel.label or object_type.label,
            "icon": object_type.icon,
            "url": f"{list_url(object_type.key)}new/?{urlencode({panel.via: subject.id})}",
        }
        for panel, object_type in empty
        if object_type.creatable and policy.may(subject.actor, object_type, "create")
    ]


def load_panel(subject: Subject, panel: Panel, object_type: ObjectType) -> Loaded | None:
    sort = object_type.default_sort
    column = object_type.field(sort.removeprefix("-")).column
    order = [f"-{column}" if sort.startswith("-") else column, "-pk"] if column else ["-pk"]

    columns = (object_type.title, *panel.columns)

    def rows(record_id: int) -> QuerySet[Record]:
        return rows_below(subject, panel, object_type, record_id).order_by(*order)[: panel.limit + 1]

    if object_type.field(panel.via).is_custom:
        # What an administrator made has no column to put the record's id into, and perhaps no index.
        try:
            found = first_rows(
                object_type,
                rows(subject.id),
                actor=subject.actor,
                context=subject.context,
                columns=columns,
                budget=PANEL_BUDGET,
            )
        except OutOfTime:
            return None
    else:
        key = ("panel", subject.object_type.key, panel.via, panel.limit)
        found = related_rows(
            object_type, rows, subject.id, key=key, actor=subject.actor, context=subject.context, columns=columns
        )
    return Loaded(panel, object_type, found[: panel.limit], len(found) > panel.limit)


def want_panels(wanted: Wanted, loaded: list[Loaded]) -> None:
    for panel in loaded:
        for row in panel.rows:
            want_row(wanted, panel.object_type, row)


def panel_context(subject: Subject, loaded: Loaded) -> dict[str, Any]:
    """One panel as record_detail/side.html wants it."""
    panel, object_type = loaded.panel, loaded.object_type
    condition = orjson.dumps({"all": [{"field": panel.via, "op": "eq", "value": subject.id}]}).decode()
    may_add = object_type.creatable and policy.may(subject.actor, object_type, "create")
    return {
        "label": panel.label or object_type.label_plural,
        "count": f"{panel.limit}+" if loaded.more else len(loaded.rows),
        "url": f"{list_url(object_type.key)}?{urlencode({'filter': condition})}",
        "add_url": f"{list_url(object_type.key)}new/?{urlencode({panel.via: subject.id})}" if may_add else "",
        "icon": object_type.icon,
        "rows": [related(panel, object_type, row, subject.context) for row in loaded.rows],
    }


def related(panel: Panel, object_type: ObjectType, row: PageRow, context: Context) -> dict[str, Any]:
    """One related record: the first column is its name, choices are badges, the rest stands below."""
    readable = [object_type.field(key) for key in panel.columns if key in row.values]
    first = readable[0] if readable else object_type.field(object_type.title)
    shown = [field for field in readable[1:] if not field.type.is_empty(row.values.get(field.key))]
    choices = [field for field in shown if is_badge(field)]
    name = cell_text(row, first, context)
    return {
        "title": name or f"#{row.id}",
        "url": record_url(object_type, row.id),
        "initials": name[:1],
        "subtitle": joined(said(row, [field for field in shown if field not in choices], context), " · "),
        "badge": joined([mark(row, field, context) for field in choices if row.values[field.key] is not False], " "),
    }


def said(row: PageRow, fields: list[Field], context: Context) -> list[SafeString]:
    """The cells, numbers with their names unless they are a single amount of money."""
    named = bare_numbers(fields)
    return [
        format_html('<span class="nowrap">{} {}</span>', field.label, cell(row, field, context))
        if field.key in named
        else cell(row, field, context)
        for field in fields
    ]


def mark(row: PageRow, field: Field, context: Context) -> SafeString:
    """A choice as its badge; of a yes the name of the field says more."""
    if field.type.key == "boolean":
        return badge(str(field.label), "green")
    return cell(row, field, context)


def is_badge(field: Field) -> bool:
    return isinstance(field.type, ChoiceType) or field.type.key == "boolean"


def cell_text(row: PageRow, field: Field, context: Context) -> str:
    value = row.values.get(field.key)
    if field.key in row.masked:
        return str(field.type.masked_cell(value))
    return " ".join(field.type.text(value, field, context).split())


# Team and files ---------------------------------------------------------------------------------------------------


def load_team(subject: Subject) -> list[TeamMember]:
    """Members of the record's team in the order in which they came."""
    rows = TeamMember.objects.filter(object_key=subject.object_type.key, record_id=subject.id)
    return list(rows.order_by("pk"))


def want_team(wanted: Wanted, members: list[TeamMember]) -> None:
    want(wanted, "user", {member.user_id for member in members})


def team_panel(subject: Subject, members: list[TeamMember]) -> dict[str, Any]:
    """The team as one more panel."""
    rows = []
    for member in members:
        name = subject.context.labels.get(("user", member.user_id), ("—", ""))[0]
        access: Label = TeamMember.Access(member.access).label
        rows.append({"title": name, "url": f"/o/users/{member.user_id}/", "initials": name[:1], "subtitle": access})
    return {
        "label": _("Team"),
        "count": len(rows) or "",
        "add_url": f"{subject.url}team/" if subject.may("edit") else "",
        "icon": "users",
        "rows": rows,
    }


def files(subject: Subject) -> dict[str, Any] | None:
    """Files as record_detail/side.html wants them."""
    if not subject.object_type.has_comments:
        return None
    found = files_of(subject.object_type, subject.id, actor=subject.actor)
    return {
        "upload_url": f"{subject.url}files/" if subject.actor.user_id is not None else "",
        "count": len(found),
        "rows": [file_row(file, subject.context) for file in found[:MOST_FILES]],
    }


def file_row(file: File, context: Context) -> dict[str, Any]:
    return {
        "id": file.pk,
        "name": file.name,
        "url": f"/files/{file.pk}/",
        "thumb_url": f"/files/{file.pk}/thumb/" if file.is_picture else "",
        "size": filesizeformat(file.size),
        "when": moment(file.created_at, context)["when"],
    }
