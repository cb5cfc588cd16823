"""The head of a record's page: what matters at a glance, and what one can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.engines.figures.opening import rows_behind
from zhike.engines.following.services import can_be_followed
from zhike.lib.html import format_html_join
from zhike.metadata import policy
from zhike.metadata.actor import FieldAccess
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice import ChoiceType
from zhike.metadata.places import list_url
from zhike.web.lists.state import ListState
from zhike.web.records.links import links_of
from zhike.web.records.subject import Subject

MOST_BADGES = 4
MOST_FIGURES = 3
MOST_BUTTONS = 3
TONES = ("blue", "teal", "violet", "green", "amber", "pink")


def header(subject: Subject, add_step: str = "") -> dict[str, Any]:
    """Context of record_detail/header.html."""
    owner = readable(subject, "owner")
    buttons = actions(subject, add_step)
    return {
        "beside": offered(subject, rare=False, beside=True),
        "record": {
            "id": subject.id,
            "url": subject.url,
            "title": subject.title,
            "version": subject.row.version,
            "initials": subject.title[:1],
            "tone": TONES[subject.id % len(TONES)],
        },
        "badges": badges(subject),
        "of": above(subject),
        "owner": subject.cell(owner) if owner and subject.row.values.get("owner") is not None else "",
        "owner_label": owner.label if owner else "",
        "figures": figures(subject),
        "follow": follow(subject),
        "actions": buttons[:MOST_BUTTONS],
        "more_actions": [*buttons[MOST_BUTTONS:], *more_actions(subject)],
    }


def follow(subject: Subject) -> dict[str, Any] | None:
    """Context of record_detail/follow.html; None where nothing can be followed."""
    if not can_be_followed(subject.object_type, subject.actor):
        return None
    return {"url": f"{subject.url}follow/", "on": subject.rights.followed}


def readable(subject: Subject, key: str) -> Field | None:
    """The field if it exists, is in use and the actor may know of it."""
    field = subject.object_type.fields.get(key)
    if field is None or field.retired:
        return None
    return field if policy.access(subject.actor, subject.object_type, field) > FieldAccess.HIDDEN else None


def above(subject: Subject) -> SafeString | str:
    """The record that this one belongs to, such as the customer of an order: the first link of the subtitle; "" without."""
    fields = (readable(subject, key) for key in subject.object_type.subtitle if key != "owner")
    link = next((field for field in fields if field and field.type.key == "link"), None)
    return subject.cell(link) if link is not None and subject.row.values.get(link.key) is not None else ""


def badges(subject: Subject) -> Any:
    """The descriptor's badges, or the first choice fields of its columns."""
    object_type = subject.object_type
    choices = [key for key in object_type.columns if isinstance(object_type.fields[key].type, ChoiceType)]
    fields = [readable(subject, key) for key in object_type.badges or choices[:MOST_BADGES]]
    shown = [field for field in fields if field and not field.type.is_quiet(subject.row.values.get(field.key))]
    return format_html_join(
        "",
        '<span title="{}">{}</span>',
        ((field.label, subject.cell(field)) for field in shown),
    )


def figures(subject: Subject) -> list[dict[str, Any]]:
    """The descriptor's figures that have a value; those computed from other records lead to them."""
    fields = [readable(subject, key) for key in subject.object_type.figures]
    shown = [field for field in fields if field and subject.row.values.get(field.key) is not None]
    return [
        {"label": field.label, "value": subject.cell(field), "url": rows_url(subject, field.key)}
        for field in shown[:MOST_FIGURES]
    ]


def rows_url(subject: Subject, key: str) -> str:
    """Address of the list of rows behind a figure; "" for other fields."""
    rows = rows_behind(subject.actor, subject.object_type, key, subject.id)
    return "" if rows is None else list_url(rows.object_key) + ListState(filter=rows.filter).query_string()


def phone(subject: Subject) -> str | None:
    """The first phone number that the actor may read in full, as it is dialled."""
    for field in policy.readable_fields(subject.actor, subject.object_type):
        numbers = subject.row.values.get(field.key)
        if field.type.key == "phone" and numbers and field.key not in subject.row.masked:
            return str(numbers[0]) if str(numbers[0]).startswith("+") else None
    return None


def actions(subject: Subject, add_step: str = "") -> list[dict[str, Any]]:
    """What the actor may do with this record now, the first of it as buttons; ``add_step`` makes a next step."""
    found = [*links_of(subject, rare=False), *offered(subject, rare=False)]
    if (number := phone(subject)) is not None:
        found.insert(0, {"label": _("Call"), "icon": "phone", "url": f"tel:{number}"})
    if add_step:
        found.append({"label": _("New task"), "icon": "checkbox", "url": add_step, "dialog": True})
    if subject.may("edit"):
        found.append({"label": _("Edit"), "icon": "edit", "url": f"{subject.url}edit/", "shortcut": "e"})
    return found


def offered(subject: Subject, *, rare: bool, beside: bool = False) -> list[dict[str, Any]]:
    """The actions of the object type that the actor may run on this record now."""
    return [
        {
            "label": action.label_on(subject.row.values),
            "icon": action.icon,
            "url": f"{subject.url}action/{action.key}/",
            "dialog": bool(action.arguments) and not action.page,
            "post": not action.arguments,
        }
        for action in subject.object_type.actions.values()
        if action.is_rare is rare
        and action.is_beside is beside
        and subject.may(action.permission)
        and action.key in subject.rights.due
    ]


def more_actions(subject: Subject) -> list[dict[str, Any]]:
    """What the menu behind ⋯ offers."""
    found: list[Mapping[str, Any] | None] = [
        {"label": _("Why this tier"), "icon": "scale", "url": f"{subject.url}tiers/", "dialog": True}
        if subject.object_type.key == "customer"
        else None,
        *links_of(subject, rare=True),
        *offered(subject, rare=True),
        {"label": _("History"), "icon": "history", "url": f"{subject.url}history/", "dialog": True},
        {"label": _("Team"), "icon": "users", "url": f"{subject.url}team/", "dialog": True}
        if subject.object_type.scope_from is None and not subject.object_type.is_private
        else None,
        {"label": _("Who can see this"), "icon": "eye", "url": f"{subject.url}why/", "dialog": True},
        {
            "label": _("Delete"),
            "icon": "trash",
            "url": f"{subject.url}delete/",
            "post": True,
            "danger": True,
        }
        if subject.may("delete")
        else None,
    ]
    return [dict(action) for action in found if action is not None]
