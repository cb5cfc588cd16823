"""The stages of a deal's pipeline below the head of its page: where it stands, how long, and what the stage asks."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from zhike.domain.deals.choices import DealState
from zhike.domain.deals.definition import Stage
from zhike.domain.deals.pipelines import processes_of
from zhike.metadata.fields.base import Context
from zhike.metadata.fields.said import is_chinese
from zhike.web.records import bands
from zhike.web.records.subject import Subject


@bands.add("opportunity")
def stage_band(subject: Subject) -> SafeString:
    """The band; nothing for who may not see in which stage a deal stands."""
    values = subject.row.values
    if not {"pipeline", "process_version", "stage", "state"} <= values.keys():
        return SafeString("")
    key = (str(values["pipeline"]), int(values["process_version"]))
    process = processes_of({key}).get(key)
    standing = process.definition.stage(values["stage"]) if process else None
    if process is None or standing is None:
        return SafeString("")
    is_open = values["state"] == DealState.OPEN
    given = {
        "steps": [step(subject, stage, standing, is_open) for stage in process.definition.stages],
        "move_url": f"{subject.url}move/?by=stage",
        "may_move": is_open and subject.may("edit"),
        "version": subject.row.version,
        "duty": told(standing.duty, standing.duty_en, subject.context),
        "checks": checks(subject, standing),
        "lost": values["state"] == DealState.LOST,
    }
    return SafeString(render_to_string("deals/stages.html", given))


def step(subject: Subject, stage: Stage, standing: Stage, is_open: bool) -> dict[str, Any]:
    """One stage of the band."""
    here = stage.key == standing.key
    since, until = (subject.row.values.get(key) for key in ("stage_since", "stage_until"))
    days = (subject.context.now - since).days if here and since is not None else None
    return {
        "key": stage.key,
        "label": told(stage.label, stage.label_en, subject.context),
        "state": "here" if here else "past" if stage.place < standing.place else "ahead",
        "note": ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days and is_open else "",
        "late": here and is_open and until is not None and until < subject.context.now,
    }


def checks(subject: Subject, standing: Stage) -> list[dict[str, Any]]:
    """The checklist of the stage with what is ticked."""
    ticked = subject.row.values.get("checks") or ()
    return [
        {"label": told(item.label, item.label_en, subject.context), "done": item.key in ticked}
        for item in standing.checklist
    ]


def told(label: str, label_en: str, context: Context) -> str:
    """What an administrator wrote, in the reader's language where it was given."""
    return label_en if label_en and not is_chinese(context) else label
