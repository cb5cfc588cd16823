"""The editor of a form: what it posts becomes a face, and a face becomes its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict

from zhike.domain.collection.face import OBJECTS, TEXTS, Face, askable
from zhike.metadata import registry


def posted_face(data: QueryDict) -> dict[str, Any]:
    """The raw face of a posted editor; rows come in the order in which they stand."""
    fields = []
    for name in data.getlist("keys"):
        object_key, _dot, key = name.partition(".")
        words = {word: data.get(f"{word}:{name}", "") for word in ("label", "label_en", "help", "help_en")}
        fields.append({"object": object_key, "key": key, **words, "required": data.get(f"required:{name}") == "1"})
    texts = {name: data.get(name, "") for key in TEXTS for name in (key, f"{key}_en")}
    return {**texts, "fields": fields}


def rows(face: Face) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The questions in order, and what could be asked besides."""
    free = dict(_free())
    asked = []
    for entry in face["fields"]:
        row = free.pop((entry["object"], entry["key"]), None)
        if row is not None:
            asked.append(
                {**row, **{key: entry.get(key, "") for key in ("label", "label_en", "help", "help_en", "required")}}
            )
    return asked, list(free.values())


def _free() -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for object_key in OBJECTS:
        described = registry.get(object_key)
        for field in askable(object_key):
            yield (
                (object_key, field.key),
                {
                    "name": f"{object_key}.{field.key}",
                    "own": field.label,
                    "of": described.label,
                    "kind": field.type.label,
                    "icon": field.type.icon,
                    "fixed": field.key == "name",
                    "required": field.key == "name",
                },
            )
