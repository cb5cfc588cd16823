"""The steps beyond the stages in the designer's form: what it posts becomes rows of a definition, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.process import KINDS, RECORD, STAGE, TASK, WAIT
from zhike.metadata import registry
from zhike.metadata.fields.base import Label
from zhike.metadata.object_type import ObjectType

KIND_LABELS: Mapping[str, Label] = {
    TASK: _("a task for the owner"),
    WAIT: _("some days of waiting"),
    RECORD: _("a record that comes to be"),
}
#: Links by which a record is found from a deal, the closer one first.
LINKS = ("opportunity", "customer")
MOST_STEPS = 30


def posted_steps(data: QueryDict, held: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a posted form in their order; what the form does not show of a step stays as it is held."""
    known = {row["key"]: row for row in held}
    tokens = list(dict.fromkeys(data.getlist("steps")))[:MOST_STEPS]
    return [_posted(data, token, known.get(token, {})) for token in tokens]


def _posted(data: QueryDict, token: str, held: Mapping[str, Any]) -> dict[str, Any]:
    kind, object_key = data.get(f"kind:{token}", ""), data.get(f"object:{token}", "")
    days = data.get(f"days:{token}", "").strip()
    try:
        when = json.loads(data.get(f"when:{token}", "") or "null")
    except ValueError:
        when = None
    found: dict[str, Any] = {
        "key": token[:60],
        "label": data.get(f"step_label:{token}", "").strip()[:200],
        "label_en": data.get(f"step_label_en:{token}", "").strip()[:200],
        "kind": kind if kind in KINDS else TASK,
        "after": data.getlist(f"after:{token}"),
        "join": "any" if data.get(f"join:{token}") == "any" else "all",
        "when": when if isinstance(when, dict) and when else None,
        "days": int(days) if days.isascii() and days.isdigit() and len(days) < 6 else None,
    }
    if found["kind"] == RECORD:
        found |= {"object": object_key, "via": _link_of(object_key)}
        if held.get("object") == object_key:
            found |= {key: held[key] for key in ("via", "filter") if key in held}
    return found


def _link_of(object_key: str) -> str:
    """The field by which records of a type are found from a deal; "" where there is none."""
    object_type = registry.catalogue().get(object_key)
    return next(_links(object_type), "") if object_type is not None else ""


def _links(object_type: ObjectType) -> Iterator[str]:
    for target in LINKS:
        yield from (
            field.key
            for field in object_type.active_fields
            if field.column and field.type.link_targets(field) == target
        )


def new_step(definition: Mapping[str, Any], pipeline_key: str) -> dict[str, Any]:
    """An empty task after the last stage, with a key that none has."""
    taken = {row["key"] for row in definition.get("process", ())}
    number = next(number for number in range(1, MOST_STEPS + 2) if f"{pipeline_key}_p{number}" not in taken)
    last = definition["stages"][-1]["key"] if definition["stages"] else ""
    return {"key": f"{pipeline_key}_p{number}", "label": "", "kind": TASK, "after": [f"{STAGE}{last}"], "days": 7}


def drawn_steps(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps as deals/step_row.html wants them."""
    steps = definition.get("process", ())
    before = [(f"{STAGE}{stage['key']}", stage["label"]) for stage in definition["stages"]]
    before += [(step["key"], step["label"]) for step in steps]
    objects = [
        (found.key, found.label)
        for found in registry.all_types()
        if not found.is_private and found.key != "opportunity" and next(_links(found), "")
    ]
    return [_drawn(step, before, objects) for step in steps]


def _drawn(
    step: Mapping[str, Any], before: Sequence[tuple[str, str]], objects: Sequence[tuple[str, Label]]
) -> dict[str, Any]:
    return {
        **step,
        "token": step["key"],
        "kinds": [(kind, KIND_LABELS[kind], kind == step["kind"]) for kind in KINDS],
        "before": [(key, label, key in step["after"]) for key, label in before if key != step["key"]],
        "is_any": step.get("join") == "any",
        "objects": [(key, label, key == step.get("object")) for key, label in objects],
        "when_name": f"when:{step['key']}",
        "when_text": json.dumps(step["when"], ensure_ascii=False) if step.get("when") else "",
    }
