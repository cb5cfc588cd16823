"""The editor's form: a definition as controls, and what was typed as a definition again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhike.domain.activities.choices import TaskKind
from zhike.domain.customers.choices import Tier
from zhike.domain.tiers.definition import (
    LONGEST_CONTENT,
    MEASURABLE,
    MOST_CRITERIA,
    MOST_GRADES,
    MOST_PLAYS,
    TIER_LABELS,
    measurable,
    refuse,
)
from zhike.domain.tiers.models import TierScheme
from zhike.metadata import registry
from zhike.metadata.fields.base import Context, ValueRefused

GRADE_ROWS = MOST_GRADES
CRITERION_ROWS = MOST_CRITERIA
#: What follows the place of the grade in the names of controls, for each thing that it plans.
PLAY_ROWS = ("", *(f"_{row}" for row in range(1, MOST_PLAYS)))
Posted = Mapping[str, str]


def read_form(posted: Posted, scheme: TierScheme, context: Context) -> dict[str, Any]:
    """The definition that was typed; raises Invalid for what cannot be read at all."""
    grades = [_grade(posted, place) for place in range(GRADE_ROWS) if posted.get(f"label_{place}", "").strip()]
    by = "rules" if posted.get("by") == "rules" else "score"
    for place, grade in enumerate(grades):
        is_last = place == len(grades) - 1
        if is_last or by == "score":
            grade.pop("rule", None)
        if is_last or by == "rules":
            grade.pop("least", None)
    if scheme.writes_tier:
        for grade, key in zip(grades, Tier.values, strict=False):
            grade["key"] = key
    return {
        "by": by,
        "grades": grades,
        "criteria": _criteria(posted, context) if by == "score" else [],
        "population": _filter(posted.get("population", "")),
    }


def _grade(posted: Posted, place: int) -> dict[str, Any]:
    label = posted.get(f"label_{place}", "").strip()[:20]
    least = posted.get(f"least_{place}", "").strip()
    plays = [found for row in PLAY_ROWS if (found := _play(posted, f"{place}{row}", label)) is not None]
    return {
        "key": f"g{place + 1}",
        "label": label,
        "label_en": posted.get(f"label_en_{place}", "").strip()[:20],
        "is_key": bool(posted.get(f"is_key_{place}")),
        "rule": _filter(posted.get(f"rule_{place}", "")),
        "least": _number(least, "bounds") if least else None,
        "plays": plays,
    }


def _play(posted: Posted, place: str, label: str) -> dict[str, Any] | None:
    kind, every = posted.get(f"kind_{place}", ""), posted.get(f"every_{place}", "").strip()
    if not kind or not every:
        return None
    found = {
        "kind": kind,
        "every": _number(every, "plays"),
        "title": posted.get(f"title_{place}", "").strip()[:100] or label,
    }
    content = posted.get(f"content_{place}", "").replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_CONTENT]
    return {**found, "content": content} if content else found


def _criteria(posted: Posted, context: Context) -> list[dict[str, Any]]:
    found = []
    for place in range(CRITERION_ROWS):
        key = posted.get(f"field_{place}", "")
        if not key:
            continue
        criterion: dict[str, Any] = {
            "field": key,
            "weight": _number(posted.get(f"weight_{place}", ""), "criteria"),
            "less_is_better": bool(posted.get(f"less_{place}")),
            "parts": _number(posted.get(f"parts_{place}", "") or "5", "criteria"),
        }
        if text := posted.get(f"cuts_{place}", "").strip():
            criterion["cuts"] = _cuts(key, text, context)
        found.append(criterion)
    return found


def _cuts(key: str, text: str, context: Context) -> list[Any]:
    field = measurable(key)
    if field is None:
        raise refuse("criteria", _("A criterion needs a field with a number."))
    parts = [
        part.strip() for part in text.replace("，", " ").replace("、", " ").replace("；", " ").replace(";", " ").split()
    ]
    try:
        values = [field.type.parse(part, field, context) for part in parts]
    except ValueRefused as refusal:
        raise refuse("criteria", refusal.message) from refusal
    return [value if isinstance(value, int) else str(value) for value in values]


def _number(text: str, key: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise refuse(key, _("Write a whole number."))
    return int(text)


def _filter(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(text) > 20_000:
        raise refuse("rules", _("The filter is not built as it should be."))
    return found or None


# Controls ---------------------------------------------------------------------------------------------------------


def controls(definition: Mapping[str, Any], scheme: TierScheme, context: Context) -> dict[str, Any]:
    """Context of tiers/editor.html for a definition."""
    rows = len(TIER_LABELS) if scheme.writes_tier else GRADE_ROWS
    grades = [*definition["grades"], *({} for _row in range(GRADE_ROWS))][:rows]
    criteria = [*definition.get("criteria", ()), *({} for _row in range(CRITERION_ROWS))][:CRITERION_ROWS]
    return {
        "by": definition["by"],
        "population": _text(definition.get("population")),
        "grades": [_grade_row(place, grade, len(definition["grades"])) for place, grade in enumerate(grades)],
        "criteria": [_criterion_row(place, criterion, context) for place, criterion in enumerate(criteria)],
    }


def with_typed(given: dict[str, Any], posted: Posted) -> dict[str, Any]:
    """The controls with what was typed in them, readable or not: nothing typed is lost."""
    for row in given["grades"]:
        place = row["place"]
        for key in ("label", "label_en", "least", "rule"):
            row[key] = posted.get(f"{key}_{place}", row[key])
        row["is_key"] = f"is_key_{place}" in posted
        for play in row["plays"]:
            for key in ("every", "title", "content"):
                play[key] = posted.get(f"{key}_{play['place']}", play[key])
            kind = posted.get(f"kind_{play['place']}")
            play["kinds"] = [(key, label, key == kind) for key, label, _chosen in play["kinds"]]
    for row in given["criteria"]:
        place = row["place"]
        for key in ("weight", "cuts", "parts"):
            row[key] = posted.get(f"{key}_{place}", row[key])
        row["less"] = f"less_{place}" in posted
        row["fields"] = [(key, label, key == posted.get(f"field_{place}")) for key, label, _chosen in row["fields"]]
    return {**given, "by": posted.get("by", given["by"]), "population": posted.get("population", given["population"])}


def _text(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False) if found else ""


def _grade_row(place: int, grade: Mapping[str, Any], count: int) -> dict[str, Any]:
    stored = grade.get("plays", ())
    return {
        "place": place,
        "place_text": str(place),
        "label": grade.get("label", ""),
        "label_en": grade.get("label_en", ""),
        "is_key": grade.get("is_key", False),
        "least": grade.get("least") or "",
        "rule": _text(grade.get("rule")),
        "is_last": place == count - 1,
        "plays": [
            _play_row(f"{place}{row}", stored[number] if number < len(stored) else {})
            for number, row in enumerate(PLAY_ROWS)
        ],
    }


def _play_row(place: str, play: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "place": place,
        "kinds": [(key, label, key == play.get("kind")) for key, label in TaskKind.choices],
        "every": play.get("every", ""),
        "title": play.get("title", ""),
        "content": play.get("content", ""),
    }


def _criterion_row(place: int, criterion: Mapping[str, Any], context: Context) -> dict[str, Any]:
    field = measurable(criterion.get("field", ""))
    cuts = criterion.get("cuts") or ()
    return {
        "place": place,
        "fields": [
            (found.key, found.label, found.key == criterion.get("field"))
            for found in registry.get("customer").active_fields
            if found.type.key in MEASURABLE and found.key != "id"
        ],
        "weight": criterion.get("weight", ""),
        "less": criterion.get("less_is_better", False),
        "parts": criterion.get("parts", 5),
        "cuts": " ".join(field.type.edit_text(cut, field, context) for cut in cuts) if field is not None else "",
    }
