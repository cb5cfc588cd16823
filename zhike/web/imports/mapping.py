"""The page on which columns of a file meet fields: what was recognised, beside the first rows, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, gettext as _

from zhike.engines.importing.layouts import layouts, of_object, recognised_elsewhere
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.new_fields import NEW_FIELD
from zhike.engines.importing.services import sample_rows, sheet_names
from zhike.engines.importing.targets import Target, guess_mapping, targets
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problems
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url

SAMPLES = 3
LONGEST_SAMPLE = 60
#: Name of the select of a column: this and its position.
COLUMN = "column-"


def read_choices(run: ImportRun, data: QueryDict) -> None:
    """Take what the form says over into the import, unchecked and unsaved, so that nothing chosen is lost."""
    run.mapping = {
        str(position): target
        for position in range(len(run.headers))
        if (target := data.get(f"{COLUMN}{position}", "")[:120])
    }
    run.mode = data.get("mode", run.mode)[:10]
    run.key = data.get("key", "")[:60]
    run.duplicates = data.get("duplicates", run.duplicates)[:10]
    run.creates_links = "creates_links" in data


def mapping_context(run: ImportRun, object_type: ObjectType, actor: Actor, problems: Problems) -> dict[str, Any]:
    """The context of import/mapping.html."""
    known = targets(object_type, actor)
    return {
        "run": run,
        "columns": columns(run, known),
        "groups": groups(known),
        "new_field": NEW_FIELD if actor.has("settings") else "",
        "mapped": len(run.mapping),
        "layouts": layout_choices(run, object_type),
        "elsewhere": elsewhere(run, object_type, actor),
        "modes": modes(run),
        "keys": keys(run, object_type),
        "duplicates": duplicates(run) if object_type.identity else [],
        "sheets": sheet_names(run),
        "problems": problems,
        "wrong": problems.get("", ()),
        "makes_links": any(
            target.field.type.multiple and target.field.type.link_targets(target.field) for target in known.values()
        ),
    }


def columns(run: ImportRun, known: Mapping[str, Target]) -> list[dict[str, Any]]:
    """Each column with its heading, its first values, and the field that it goes to."""
    rows = sample_rows(run, SAMPLES)
    layout = layouts().get(run.layout)
    guessed = layout.mapping(run.headers, known) if layout else guess_mapping(run.headers, dict(known))
    return [
        {
            "name": f"{COLUMN}{position}",
            "heading": heading or _("Column %(number)s") % {"number": position + 1},
            "samples": samples(rows, position),
            "target": run.mapping.get(str(position), ""),
            "recognised": run.mapping.get(str(position), "") == guessed.get(str(position)),
        }
        for position, heading in enumerate(run.headers)
    ]


def layout_choices(run: ImportRun, object_type: ObjectType) -> dict[str, Any]:
    """How the file is read: by its headings alone, or as some program's export; ``label`` is that program's."""
    is_chinese = (get_language() or "").startswith("zh")
    options = [
        {"key": found.key, "label": found.label if is_chinese else found.label_en, "chosen": found.key == run.layout}
        for found in of_object(object_type.key)
    ]
    chosen = next((option["label"] for option in options if option["chosen"]), "")
    return {"label": chosen, "options": options}


def elsewhere(run: ImportRun, object_type: ObjectType, actor: Actor) -> dict[str, Any] | None:
    """Where the file belongs when it is an export of other records than these."""
    found = None if run.layout else recognised_elsewhere(run.headers, object_type.key)
    if found is None:
        return None
    other = registry.get(found.object_key)
    is_chinese = (get_language() or "").startswith("zh")
    return {
        "label": found.label if is_chinese else found.label_en,
        "objects": other.label_plural,
        "url": f"{list_url(other.key)}import/" if policy.may(actor, other, "import") else "",
    }


def samples(rows: Sequence[Sequence[Any]], position: int) -> list[str]:
    texts = (str(row[position]).strip() for row in rows if position < len(row))
    return [text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}…" for text in texts if text]


def groups(known: Mapping[str, Target]) -> list[dict[str, Any]]:
    """Fields to choose from, those of the object first, then those of each child."""
    found: dict[str, dict[str, Any]] = {}
    for target in known.values():
        group = found.setdefault(target.object_type.key, {"label": target.object_type.label, "options": []})
        starred = " *" if target.field.required and not target.is_child else ""
        group["options"].append((target.key, f"{target.label}{starred}"))
    return list(found.values())


def modes(run: ImportRun) -> list[dict[str, Any]]:
    """The three ways to import, each with a sentence that says what happens to which row."""
    told = {
        ImportRun.Mode.BOTH: (_("Create and update"), _("Known records are updated, all others are created.")),
        ImportRun.Mode.CREATE: (_("Only create"), _("Records that exist already stay as they are.")),
        ImportRun.Mode.UPDATE: (_("Only update"), _("Rows without a record are rejected and listed.")),
    }
    return [
        {"key": key.value, "label": label, "text": text, "chosen": run.mode == key}
        for key, (label, text) in told.items()
    ]


def duplicates(run: ImportRun) -> list[dict[str, Any]]:
    """What may be done with rows that are the same as a record or an earlier row."""
    return [
        {"key": value, "label": label, "chosen": run.duplicates == value}
        for value, label in ImportRun.Duplicates.choices
    ]


def keys(run: ImportRun, object_type: ObjectType) -> list[dict[str, Any]]:
    """By what a row finds its record; "" finds none."""
    found = [
        {
            "key": key,
            "label": object_type.field(key).label,
            "chosen": run.key == key,
            "mapped": key in run.mapping.values(),
        }
        for key in object_type.import_keys
        if not object_type.field(key).retired
    ]
    return [
        *found,
        {"key": "", "label": _("Do not look: every row becomes a new record"), "chosen": not run.key, "mapped": True},
    ]
