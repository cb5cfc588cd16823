"""Two people changed the same record: what the other one did, and which of both values stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _, ngettext

from zhike.metadata.changes import HistoryEntry, changes_since, history
from zhike.metadata.line_rows import KEY as LINES
from zhike.metadata.object_type import Values
from zhike.web.records import line_grid
from zhike.web.records.forms import Form
from zhike.web.records.line_grid import Grid
from zhike.web.records.moments import moment
from zhike.web.records.story_words import person_name
from zhike.web.records.subject import Subject, Wanted, fetch, want, want_values

#: Versions that one may be behind and still be told what happened; further behind, every field counts as changed.
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Changes since the version that somebody knew, as far as that person may see them."""

    entries: tuple[HistoryEntry, ...]
    #: Plain values of the changed fields as they were at that version.
    base: Mapping[str, Any]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.base)


def meanwhile(subject: Subject, version: int) -> Meanwhile:
    """What others changed since ``version``, the last change first."""
    found = history(subject.actor, subject.object_type, subject.id, limit=MOST_CHANGES)
    entries = tuple(entry for entry in found if entry.change.version > version)
    base: Values = {}
    # From the newest to the oldest: the oldest "old" is what stood there at that version.
    for entry in entries:
        base.update({change.field.key: change.old for change in entry.fields})
    return Meanwhile(entries, base)


def in_conflict(form: Form, subject: Subject, others: Meanwhile) -> list[str]:
    """Keys of fields that both sides changed, and differently."""
    return [
        field.key
        for field in form.fields
        if field.key in others.base
        and form.values.get(field.key) != others.base[field.key]
        and form.values.get(field.key) != subject.row.values.get(field.key)
    ]


def take_theirs(form: Form, subject: Subject, others: Meanwhile) -> None:
    """Put the others' values into fields that the person left as they were."""
    for field in form.fields:
        if field.key in others.base and form.values.get(field.key) == others.base[field.key]:
            form.values[field.key] = subject.row.values.get(field.key)
            form.problems.pop(field.key, None)


def last_of(subject: Subject) -> HistoryEntry:
    """The newest change, for one that shows no field of its own, such as lines that changed places."""
    change = changes_since(subject.object_type, subject.id, subject.row.version - 1)[-1]
    return HistoryEntry(change, ())


def conflict_context(form: Form, subject: Subject, others: Meanwhile, keys: list[str]) -> dict[str, Any]:
    """Context of record_form/conflict.html."""
    last = next((entry for entry in others.entries if {change.field.key for change in entry.fields} & set(keys)), None)
    last = last or (others.entries[0] if others.entries else last_of(subject))
    wanted: Wanted = {}
    want(wanted, "user", {last.change.actor_id})
    for values in (form.values, subject.row.values, others.base):
        want_values(wanted, form.object_type, {key: values.get(key) for key in keys if key != LINES})
    fetch(wanted, form.context)
    return {
        "who": person_name(last.change.actor_id, form.context),
        "when": moment(last.change.at, form.context)["when"],
        "version": subject.row.version,
        "fields": [
            {
                "key": key,
                "label": form.object_type.field(key).label,
                "mine": value_html(form, key, form.values.get(key)),
                "theirs": value_html(form, key, subject.row.values.get(key)),
                "base": value_html(form, key, others.base.get(key)),
            }
            for key in keys
            if key != LINES
        ]
        + ([lines_choice(form, subject)] if LINES in keys else []),
    }


def lines_choice(form: Form, subject: Subject) -> dict[str, Any]:
    """The lines as one of the values to choose between."""
    theirs = line_grid.grid_of(subject.object_type, form.context, subject.id, subject.row.values)
    label = "" if form.grid is None else form.grid.lines.label
    return {
        "key": LINES,
        "label": label,
        "mine": lines_told(form.grid),
        "theirs": lines_told(theirs),
        "base": "",
    }


def lines_in_conflict(form: Form, subject: Subject, base: str) -> bool:
    """Whether both sides changed the lines, and differently; lines that only the others changed are taken over."""
    if form.grid is None or not form.grid.is_sent:
        return False
    theirs = line_grid.grid_of(subject.object_type, form.context, subject.id, subject.row.values)
    if theirs is None or theirs.base in (base, line_grid.mark_of(form.grid)):
        return False
    if line_grid.mark_of(form.grid) == base:
        form.grid = theirs
        return False
    form.grid.base = theirs.base
    return True


def lines_told(grid: Grid | None) -> str:
    """Lines in one sentence, to choose between two versions of them."""
    count = 0 if grid is None else len(grid.rows)
    return ngettext("%(count)d line", "%(count)d lines", count) % {"count": count}


def value_html(form: Form, key: str, value: Any) -> Any:
    field = form.object_type.field(key)
    return _("empty") if field.type.is_empty(value) else field.type.cell(value, field, form.context)
