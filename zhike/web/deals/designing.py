"""The designer's form: what it posts becomes a definition, and a definition becomes its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import QueryDict

from zhike.metadata import registry
from zhike.metadata.fields.choice_option import TONES
from zhike.web.definitions.field_form import TONE_LABELS

#: Fields that no stage asks for: the product fills them, or the move itself.
NOT_ASKED = frozenset(
    {"name", "customer", "pipeline", "stage", "checks", "owner", "department", "win_reason", "loss_reason"}
)
TEXTS = {"label": 60, "label_en": 60, "duty": 200, "duty_en": 200}


def posted_definition(data: QueryDict, pipeline_key: str) -> dict[str, Any]:
    """The definition of a posted form; stages come in the order in which they stand."""
    tokens = list(dict.fromkeys(data.getlist("rows")))[:30]
    keys = {token: token for token in tokens if not token.startswith("new")}
    for token in tokens:
        keys.setdefault(token, _free_key(pipeline_key, "s", set(keys.values())))
    taken: set[str] = {item["key"] for token in tokens for item in _held_items(data, token)}
    return {"stages": [_stage(data, token, keys, taken) for token in tokens]}


def _free_key(pipeline_key: str, kind: str, taken: set[str]) -> str:
    number = 1
    while f"{pipeline_key}_{kind}{number}" in taken:
        number += 1
    taken.add(f"{pipeline_key}_{kind}{number}")
    return f"{pipeline_key}_{kind}{number}"


def _stage(data: QueryDict, token: str, keys: Mapping[str, str], taken: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"key": keys[token]}
    found |= {name: data.get(f"{name}:{token}", "").strip()[:most] for name, most in TEXTS.items()}
    tone = data.get(f"tone:{token}", "")
    found["tone"] = tone if tone in TONES else "blue"
    found["probability"] = _number(data.get(f"probability:{token}", "")) or 0
    found["age_days"] = _number(data.get(f"age_days:{token}", ""))
    found["wins"] = data.get(f"wins:{token}") == "1"
    found["enter"] = _gate(data, token, "enter")
    found["leave"] = _gate(data, token, "leave")
    found["checklist"] = list(_items(data, token, keys[token], taken))
    moves = [keys[name] for name in data.getlist(f"moves:{token}") if name in keys]
    found["moves"] = moves or None
    title = data.get(f"task:{token}", "").strip()[:200]
    if title:
        found["task"] = {"title": title, "days": _number(data.get(f"task_days:{token}", "")) or 1}
    days, to = _number(data.get(f"after_days:{token}", "")), data.get(f"after_to:{token}", "")
    if days is not None and to in keys:
        found["after"] = {"days": days, "to": keys[to]}
    return found


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _gate(data: QueryDict, token: str, name: str) -> dict[str, Any]:
    fields = registry.get("opportunity").fields
    required = [key for key in data.getlist(f"{name}_required:{token}") if key in fields]
    try:
        condition = json.loads(data.get(f"{name}_filter:{token}", "") or "null")
    except ValueError:
        condition = None
    return {"required": required, "filter": condition if isinstance(condition, dict) and condition else None}


def _held_items(data: QueryDict, token: str) -> list[dict[str, str]]:
    """The items that the form was drawn with, so that one which keeps its name keeps its key."""
    try:
        found = json.loads(data.get(f"items_held:{token}", "") or "[]")
    except ValueError:
        return []
    rows = found if isinstance(found, list) else []
    return [
        row
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("key"), str) and isinstance(row.get("label"), str)
    ]


def _items(data: QueryDict, token: str, stage_key: str, taken: set[str]) -> Iterator[dict[str, str]]:
    """One item a line: its name, and after a stroke its English name."""
    held = {row["label"]: row["key"][:60] for row in _held_items(data, token)}
    for line in data.get(f"items:{token}", "").splitlines()[:20]:
        label, _stroke, label_en = (part.strip()[:80] for part in line.partition("|"))
        if label:
            key = held.pop(label, None) or _free_key(stage_key, "c", taken)
            yield {"key": key, "label": label, "label_en": label_en}


# Drawing ----------------------------------------------------------------------------------------------------------


def drawn_stages(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stages as deals/stage_row.html wants them."""
    stages = definition["stages"]
    names = [(stage["key"], stage["label"]) for stage in stages]
    return [_drawn(stage, names) for stage in stages]


def _drawn(stage: Mapping[str, Any], names: list[tuple[str, str]]) -> dict[str, Any]:
    moves, after, task = stage.get("moves") or (), stage.get("after") or {}, stage.get("task") or {}
    items = stage.get("checklist", ())
    return {
        **stage,
        "token": stage["key"],
        "items": "\n".join(
            f"{row['label']} | {row['label_en']}" if row.get("label_en") else row["label"] for row in items
        ),
        "items_held": json.dumps([{"key": row["key"], "label": row["label"]} for row in items], ensure_ascii=False),
        "gates": [_drawn_gate(stage, name) for name in ("enter", "leave")],
        "tones": [(tone, TONE_LABELS[tone], tone == stage.get("tone")) for tone in TONES],
        "targets": [(key, label, key in moves) for key, label in names if key != stage["key"]],
        "after_days": after.get("days", ""),
        "after_targets": [(key, label, key == after.get("to")) for key, label in names if key != stage["key"]],
        "task_title": task.get("title", ""),
        "task_days": task.get("days", ""),
    }


def _drawn_gate(stage: Mapping[str, Any], name: str) -> dict[str, Any]:
    gate = stage.get(name) or {}
    required = gate.get("required", ())
    return {
        "name": name,
        "fields": [
            (field.key, field.label, field.key in required)
            for field in registry.get("opportunity").writable_fields
            if field.key not in NOT_ASKED
        ],
        "filter_name": f"{name}_filter:{stage['key']}",
        "filter": json.dumps(gate["filter"], ensure_ascii=False) if gate.get("filter") else "",
        "count": len(required) + bool(gate.get("filter")),
    }


def new_stage(definition: Mapping[str, Any], pipeline_key: str) -> dict[str, Any]:
    """An empty stage to go at the end, with a key that none has."""
    taken = {stage["key"] for stage in definition["stages"]}
    return {"key": _free_key(pipeline_key, "s", taken), "label": "", "tone": "blue", "probability": 0}
