"""The editor of the rules of risk: a definition as controls, and what was typed as a definition again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.risk.indicators import indicators, label_of
from zhike.domain.risk.scheme import HIGH, LEVELS, METHOD, WATCH, default_definition
from zhike.domain.tiers.definition import refuse
from zhike.metadata.fields.base import Label

CONDITION_ROWS = 6
Posted = Mapping[str, str]
#: What falls due at irregular times, as the form names it.
WINDOWS: Mapping[str, Label] = {"remind": gettext_lazy("Reminder"), "visit": gettext_lazy("Visit")}


def read_form(posted: Posted) -> dict[str, Any]:
    """The definition that was typed; raises Invalid for what cannot be read at all."""
    shipped = default_definition()
    grades = [dict(grade) for grade in shipped["grades"]]
    for grade in grades[:-1]:
        grade["least"] = _number(posted, f"least_{grade['key']}", "bounds")
    return {
        "by": METHOD,
        "grades": grades,
        "settings": {
            "indicators": {
                key: {
                    "weight": _number(posted, f"weight_{key}", "indicators"),
                    "fade": _number(posted, f"fade_{key}", "indicators"),
                }
                for key in indicators()
            },
            "conditions": [
                {
                    "indicator": posted.get(f"indicator_{place}", ""),
                    "weight": _number(posted, f"points_{place}", "conditions"),
                    "rule": _filter(posted.get(f"rule_{place}", "")),
                }
                for place in range(CONDITION_ROWS)
                if posted.get(f"indicator_{place}")
            ],
            "answer_hours": _number(posted, "answer_hours", "answer_hours"),
            "irregular": {
                level: {
                    what: [_number(posted, f"{what}_{level}_{end}", "irregular") for end in (0, 1)] for what in WINDOWS
                }
                for level in (HIGH, WATCH)
            },
        },
        "population": None,
    }


def _number(posted: Posted, name: str, key: str) -> int:
    text = posted.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise refuse(key, _("Write a whole number."))
    return int(text)


def _filter(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        found = ()
    if (found is not None and not isinstance(found, dict)) or len(text) > 20_000:
        raise refuse("conditions", _("The filter is not built as it should be."))
    return found or None


def controls(definition: Mapping[str, Any], posted: Posted | None = None) -> dict[str, Any]:
    """Context of risk/editor.html: a definition, or what was typed over it, readable or not."""
    typed: Posted = posted if posted is not None else {}
    settings = definition.get("settings", {})
    weights, held = settings.get("indicators", {}), settings.get("conditions", ())
    names = {grade["key"]: grade for grade in definition["grades"]}
    return {
        "levels": [
            {
                "key": key,
                "label": names[key]["label"],
                "label_en": names[key]["label_en"],
                "least": typed.get(f"least_{key}", names[key].get("least", "")),
                "windows": [_window(key, what, settings, typed) for what in WINDOWS],
            }
            for key in LEVELS[:-1]
        ],
        "indicators": [
            {
                "key": key,
                "label": found.label,
                "weight": typed.get(f"weight_{key}", weights.get(key, {}).get("weight", found.weight)),
                "fade": typed.get(f"fade_{key}", weights.get(key, {}).get("fade", found.fade)),
            }
            for key, found in indicators().items()
        ],
        "conditions": [
            _condition(place, [*held, *({},) * CONDITION_ROWS][place], typed) for place in range(CONDITION_ROWS)
        ],
        "answer_hours": typed.get("answer_hours", settings.get("answer_hours", 8)),
    }


def _window(level: str, what: str, settings: Mapping[str, Any], typed: Posted) -> dict[str, Any]:
    bounds = settings.get("irregular", {}).get(level, {}).get(what, ("", ""))
    return {
        "label": WINDOWS[what],
        "names": [f"{what}_{level}_{end}" for end in (0, 1)],
        "first": typed.get(f"{what}_{level}_0", bounds[0]),
        "last": typed.get(f"{what}_{level}_1", bounds[1]),
    }


def _condition(place: int, held: Mapping[str, Any], typed: Posted) -> dict[str, Any]:
    chosen = typed.get(f"indicator_{place}", held.get("indicator", ""))
    rule = held.get("rule")
    return {
        "place": place,
        "place_text": str(place),
        "choices": [(key, label_of(key), key == chosen) for key in indicators()],
        "points": typed.get(f"points_{place}", held.get("weight", "")),
        "rule": typed.get(f"rule_{place}", json.dumps(rule, ensure_ascii=False) if rule else ""),
    }
