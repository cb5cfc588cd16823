"""The editor's form: a definition of a flow as controls, and what was typed as a definition again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _, ngettext

from zhike.accounts.models import User
from zhike.accounts.role_book import current_book
from zhike.engines.approvals.definition import EVERYTHING, LATE, MOST_STEPS, NEEDS, WAYS, refuse
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType

#: Empty rows offered below the steps that are there.
MORE_STEPS = 2
HEAD_LEVELS = 4
MOST_PEOPLE_LISTED = 500
LONGEST_FILTER = 20_000


def read_form(posted: QueryDict) -> dict[str, Any]:
    """The definition that was typed; raises Invalid for what cannot be read at all."""
    steps = [_step(posted, place) for place in range(MOST_STEPS) if posted.getlist(f"who_{place}")]
    return {
        "when": _filter(posted.get("when", ""), "when"),
        "asker": _filter(posted.get("asker", ""), "asker"),
        "covers": posted.getlist("covers"),
        "may_self": bool(posted.get("may_self")),
        "fallback": _who(posted.getlist("fallback")),
        "steps": steps,
    }


def _step(posted: QueryDict, place: int) -> dict[str, Any]:
    key = f"step_{place + 1}"
    hours, share = posted.get(f"hours_{place}", "").strip(), posted.get(f"share_{place}", "").strip()
    return {
        "name": posted.get(f"name_{place}", "").strip()[:60],
        "name_en": posted.get(f"name_en_{place}", "").strip()[:60],
        "who": _who(posted.getlist(f"who_{place}")),
        "need": posted.get(f"need_{place}", "any"),
        "share": _number(share, key) if share else 1,
        "beside": bool(posted.get(f"beside_{place}")),
        "when": _filter(posted.get(f"when_{place}", ""), key),
        "hours": _number(hours, key) if hours else None,
        "late": posted.get(f"late_{place}", "remind"),
    }


def _who(chosen: Sequence[str]) -> list[dict[str, Any]]:
    """Ways from the values of a select: "manager", "head:2", "role:executive", "person:7"."""
    found: list[dict[str, Any]] = []
    people = []
    for value in chosen:
        way, _colon, rest = value.partition(":")
        if way == "person":
            people.append(_number(rest, "who"))
        elif way == "head":
            found.append({"by": "head", "level": _number(rest, "who")})
        elif way == "role":
            found.append({"by": "role", "role": rest})
        else:
            found.append({"by": way})
    return [*found, {"by": "people", "people": people}] if people else found


def _number(text: str, key: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise refuse(key, _("Write a whole number."))
    return int(text)


def _filter(text: str, key: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(text) > LONGEST_FILTER:
        raise refuse(key, _("The filter is not built as it should be."))
    return found or None


# Controls ---------------------------------------------------------------------------------------------------------


def controls(stored: Mapping[str, Any], object_type: ObjectType) -> dict[str, Any]:
    """Context of approvals/editor.html for a definition."""
    steps = [*stored.get("steps", ())]
    rows = [*steps, *({} for _row in range(MORE_STEPS))][:MOST_STEPS]
    people = list(
        User.objects.filter(is_active=True, deletion__isnull=True)
        .order_by("name")
        .values_list("pk", "name")[:MOST_PEOPLE_LISTED]
    )
    return {
        "when": _text(stored.get("when")),
        "asker": _text(stored.get("asker")),
        "may_self": bool(stored.get("may_self")),
        "covers": _covers(object_type, stored.get("covers", ())),
        "fallback": _ways(stored.get("fallback", ()), people),
        "steps": [_row(place, step, people) for place, step in enumerate(rows)],
    }


def _row(place: int, step: Mapping[str, Any], people: Sequence[tuple[int, str]]) -> dict[str, Any]:
    return {
        "place": place,
        "place_text": str(place),
        "when_name": f"when_{place}",
        "name": step.get("name", ""),
        "name_en": step.get("name_en", ""),
        "ways": _ways(step.get("who", ()), people),
        "needs": [(key, label, key == step.get("need", "any")) for key, label in NEEDS.items()],
        "share": step.get("share", 1) if step.get("need") == "share" else "",
        "beside": bool(step.get("beside")),
        "when": _text(step.get("when")),
        "hours": step.get("hours") or "",
        "late": [(key, label, key == step.get("late", "remind")) for key, label in LATE.items()],
    }


def _ways(who: Sequence[Mapping[str, Any]], people: Sequence[tuple[int, str]]) -> list[tuple[str, list[Any]]]:
    """Groups of (value, label, whether chosen) for the select of approvers."""
    chosen = {value for way in who for value in _values(way)}
    heads = [(f"head:{level}", _head(level)) for level in range(HEAD_LEVELS + 1)]
    places = [(key, str(WAYS[key])) for key in ("manager", "owner", "owner_manager")]
    roles = [(f"role:{role.key}", _(role.name)) for role in current_book().values()]
    listed = {
        _("By place"): [places[0], *heads, *places[1:]],
        _("By role"): roles,
        _("By name"): [(f"person:{pk}", name) for pk, name in people],
    }
    return [(group, [(value, label, value in chosen) for value, label in options]) for group, options in listed.items()]


def _values(way: Mapping[str, Any]) -> list[str]:
    if way["by"] == "people":
        return [f"person:{pk}" for pk in way.get("people", ())]
    if way["by"] == "role":
        return [f"role:{way.get('role', '')}"]
    if way["by"] == "head":
        return [f"head:{way.get('level', 0)}"]
    return [str(way["by"])]


def _head(level: int) -> str:
    if not level:
        return str(WAYS["head"])
    return ngettext(
        "head %(count)s level above the asker's department", "head %(count)s levels above the asker's department", level
    ) % {"count": level}


def _covers(object_type: ObjectType, chosen: Sequence[str]) -> list[tuple[str, Any, bool]]:
    fields = [(field.key, field.label) for field in object_type.writable_fields]
    children = [registry.get(child.object_key) for child in object_type.children]
    listed = [(EVERYTHING, _("everything")), *fields, *((child.slug, child.label_plural) for child in children)]
    return [(key, label, key in chosen) for key, label in listed]


def _text(rule: Any) -> str:
    return json.dumps(rule, ensure_ascii=False) if rule else ""
