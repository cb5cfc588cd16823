"""The grid of lines in a parent's form, and its table on the parent's page: read, computed ahead of saving, drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from hashlib import sha256
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.lib.html import format_html
from zhike.metadata import policy
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, ValueRefused
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.text import TextType
from zhike.metadata.line_rows import KEY, MOST_LINES, exact_json, line_type_of, stored_lines, written_fields
from zhike.metadata.object_type import Lines, ObjectType, Values
from zhike.web.records.subject import Wanted, fetch, want_values

#: Stands for the token of a row in the empty one that the browser copies.
BLANK = "__new__"


@dataclass(slots=True)
class GridRow:
    """A line in the form: plain values, raw ones that could not be read, problems by field key."""

    token: str
    values: Values = dataclass_field(default_factory=dict)
    typed: dict[str, Any] = dataclass_field(default_factory=dict)
    problems: Problems = dataclass_field(default_factory=dict)

    @property
    def id(self) -> int | None:
        """The stored line, where it is one: new rows have tokens that are no numbers."""
        return int(self.token) if self.token.isascii() and self.token.isdigit() and len(self.token) < 19 else None


@dataclass(slots=True)
class Grid:
    """The lines of one parent; ``base`` is the mark of those that the form was made from."""

    lines: Lines
    line_type: ObjectType
    context: Context
    rows: list[GridRow]
    base: str
    #: Lines stand in the form that was sent.
    is_sent: bool = False
    is_open: bool = True

    @property
    def columns(self) -> list[Field]:
        """The fields of the grid that the actor may know of."""
        seen = {field.key for field in policy.readable_fields(self.context.actor, self.line_type)}
        return [self.line_type.field(key) for key in self.lines.columns if key in seen]

    @property
    def written(self) -> list[Field]:
        """Those of them that the actor may set; none while the lines are frozen."""
        if not self.is_open:
            return []
        keys = {field.key for field in written_fields(self.lines, self.context.actor)}
        return [field for field in self.columns if field.key in keys]


def grid_of(object_type: ObjectType, context: Context, record_id: int | None, values: Values) -> Grid | None:
    """The grid of a record's lines, or of a new record; None where the type has none, or this record does not concern it."""
    lines = object_type.lines
    if lines is None:
        return None
    held = [] if record_id is None else stored_lines(lines, [record_id]).get(record_id, [])
    rows = [GridRow(str(row["id"]), {key: value for key, value in row.items() if key != "id"}) for row in held]
    is_open = lines.frozen is None or record_id is None or lines.frozen(values) is None
    # What is written line by line may be more than a form takes.
    is_open = is_open and len(rows) <= MOST_LINES
    grid = Grid(lines, line_type_of(lines), context, rows, "", is_open=is_open)
    grid.base = mark_of(grid)
    return grid


def mark_of(grid: Grid) -> str:
    """The same for the same lines, as far as a person writes them, in the same order."""
    keys = [field.key for field in grid.written]
    text = json.dumps([[row.token, *(str(row.values.get(key)) for key in keys)] for row in grid.rows])
    return sha256(text.encode()).hexdigest()[:24]


# Reading ----------------------------------------------------------------------------------------------------------


def read_grid(grid: Grid, data: QueryDict) -> None:
    """Take over what was typed; rows of which nothing was filled in are left out."""
    if "lines_base" not in data or not grid.is_open:
        return
    stored = {row.token: row for row in grid.rows}
    grid.is_sent, grid.rows = True, []
    for token in data.getlist(KEY)[:MOST_LINES]:
        row = read_row(grid, data, token)
        if row.id is None and is_untouched(grid, row):
            continue
        if token in stored:
            row.values = {**stored[token].values, **row.values}
        grid.rows.append(row)


def is_untouched(grid: Grid, row: GridRow) -> bool:
    """Whether a new row holds nothing but what it began with."""
    return not row.problems and all(row.values.get(field.key) in (None, field.default) for field in grid.written)


def read_row(grid: Grid, data: QueryDict, token: str) -> GridRow:
    row = GridRow(token)
    for field in grid.written:
        name = f"{KEY}.{token}.{field.key}"
        raw = field.type.from_form(data, name)
        row.typed[field.key] = raw
        try:
            plain = None if is_blank(raw) else field.type.parse(raw, field, grid.context)
        except ValueRefused as refusal:
            row.problems[field.key] = [Problem(refusal.code, refusal.message)]
            continue
        row.values[field.key] = None if field.type.is_empty(plain) else plain
    return row


def problems_in(grid: Grid) -> Problems:
    """What could not be read, as problems of the parent."""
    return {
        f"{KEY}.{position}.{key}": listed
        for position, row in enumerate(grid.rows)
        for key, listed in row.problems.items()
    }


def take_problems(grid: Grid, problems: Problems) -> None:
    """Give what the write path refused to the rows that it concerns."""
    for name, listed in problems.items():
        head, _dot, rest = name.partition(".")
        position, _dot, key = rest.partition(".")
        if head == KEY and position.isdigit() and int(position) < len(grid.rows):
            grid.rows[int(position)].problems.setdefault(key, list(listed))


def raw_lines(grid: Grid) -> list[dict[str, Any]]:
    """The lines for the write path."""
    keys = [field.key for field in grid.written]
    found = []
    for row in grid.rows:
        values = {key: row.values.get(key) for key in keys}
        known = {} if row.id is None else {"id": row.id}
        fields = grid.line_type.fields
        found.append(
            {
                **known,
                **{key: None if value is None else exact_json(value, fields[key]) for key, value in values.items()},
            }
        )
    return found


# Computing ahead --------------------------------------------------------------------------------------------------


def computed(grid: Grid, parent: Values) -> Values:
    """Set the computed fields of the rows that can be read, and give those of the parent."""
    if grid.lines.sums is None:
        return {}
    return grid.lines.sums(parent, [row.values for row in grid.rows if not row.problems])


def follow(grid: Grid, parent: Values, changed: str) -> Mapping[str, Any]:
    """Answer to the change of one control, "<token>.<field>": values that follow from the product go into the row.

    Gives the token and the keys to show, and whether they replace what a person typed ("set") or only what was filled in
    before ("soft").
    """
    token, _dot, key = changed.partition(".")
    row = next((found for found in grid.rows if found.token == token), None)
    lines = grid.lines
    if row is None or lines.fill is None or lines.source is None or row.values.get(lines.source) is None:
        return {}
    is_source = key == lines.source
    wanted = lines.refill.get(key, ())
    if not is_source and not wanted:
        return {}
    [filled] = lines.fill(parent, [row.values], grid.context.actor)
    written = {field.key for field in grid.written}
    shown = {name: value for name, value in filled.items() if name in written and (is_source or name in wanted)}
    if is_source:
        row.values.update(shown)
        for name in shown:
            row.problems.pop(name, None)
    fields = grid.line_type.fields
    texts = {name: fields[name].type.edit_text(value, fields[name], grid.context) for name, value in shown.items()}
    return {"token": token, "set" if is_source else "soft": texts}


def answer(grid: Grid, object_type: ObjectType, parent: Values, changed: str) -> dict[str, Any]:
    """What the browser shows after a change: filled values, computed cells, the parent's sums, what is wrong."""
    followed = follow(grid, parent, changed)
    sums = computed(grid, parent)
    outputs = [field for field in grid.columns if field not in grid.written]
    return {
        "follow": followed,
        "rows": {
            row.token: {
                "out": {field.key: shown(grid, field, row.values.get(field.key)) for field in outputs},
                "errors": {key: str(listed[0].message) for key, listed in row.problems.items()},
            }
            for row in grid.rows
        },
        "totals": {field.key: total_text(field, sums, grid.context) for field in total_fields(grid, object_type)},
        "count": len(grid.rows),
    }


def shown(grid: Grid, field: Field, value: Any) -> str:
    return "" if value is None else field.type.text(value, field, grid.context)


# Drawing ----------------------------------------------------------------------------------------------------------


def total_fields(grid: Grid, object_type: ObjectType) -> list[Field]:
    """The parent's sums that the actor may know in full."""
    fields = [object_type.field(key) for key in grid.lines.totals]
    return [field for field in fields if policy.access(grid.context.actor, object_type, field) >= FieldAccess.READ_ONLY]


def total_text(field: Field, values: Values, context: Context) -> str:
    value = values.get(field.key)
    return "" if value is None else field.type.text(value, field, context)


def fetch_line_labels(grid: Grid) -> None:
    """Titles of the records that the rows link to, one query an object type."""
    wanted: Wanted = {}
    for row in grid.rows:
        want_values(wanted, grid.line_type, {field.key: row.values.get(field.key) for field in grid.columns})
    fetch(wanted, grid.context)


def drawn(grid: Grid, object_type: ObjectType, parent: Values) -> dict[str, Any]:
    """Context of record_form/lines.html."""
    sums = {**parent, **computed(grid, parent)}
    return {
        "label": grid.lines.label,
        "columns": [{"key": field.key, "label": field.label, "numeric": field.type.numeric} for field in grid.columns],
        "rows": [drawn_row(grid, row) for row in grid.rows],
        "blank": drawn_row(grid, GridRow(BLANK, defaults(grid))),
        "base": grid.base,
        "is_open": grid.is_open,
        "totals": [
            {"key": field.key, "label": field.label, "value": total_text(field, sums, grid.context)}
            for field in total_fields(grid, object_type)
        ],
        "inputs": " ".join(grid.lines.inputs),
        "source": grid.lines.source or "",
    }


def defaults(grid: Grid) -> Values:
    return {field.key: field.default for field in grid.written if field.default is not None}


def drawn_row(grid: Grid, row: GridRow) -> dict[str, Any]:
    written = {field.key for field in grid.written}
    return {
        "token": row.token,
        "cells": [drawn_cell(grid, row, field, is_written=field.key in written) for field in grid.columns],
        "error": next((listed[0].message for key, listed in row.problems.items() if key in {"", "id"}), ""),
    }


def drawn_cell(grid: Grid, row: GridRow, field: Field, *, is_written: bool) -> dict[str, Any]:
    problems = row.problems.get(field.key, [])
    identity = f"f-lines-{row.token}-{field.key}"
    cell: dict[str, Any] = {
        "key": field.key,
        "id": identity,
        "label": field.label,
        "numeric": field.type.numeric,
        "required": field.required,
        "error": problems[0].message if problems else "",
    }
    if is_written:
        return {**cell, "widget": control(grid, row, field, identity, invalid=bool(problems))}
    return {**cell, "value": field.type.text(row.values.get(field.key), field, grid.context)}


def control(grid: Grid, row: GridRow, field: Field, identity: str, *, invalid: bool) -> SafeString:
    """The control of one cell; a text that could not be read stands in it as it was typed."""
    name = f"{KEY}.{row.token}.{field.key}"
    attrs = format_html(
        'id="{}" aria-label="{}" aria-describedby="{}-note"{}',
        identity,
        field.label,
        identity,
        format_html(' aria-invalid="{}"', "true") if invalid else "",
    )
    if field.key in row.problems and field.key in row.typed and row.values.get(field.key) is None:
        raw = row.typed[field.key]
        text = "" if raw is None else str(raw)
        if not isinstance(field.type, TextType):
            return markup.text_input(name, text, str(attrs))
        return field.type.widget(text, field, grid.context, name=name, attrs=str(attrs))
    return field.type.widget(row.values.get(field.key), field, grid.context, name=name, attrs=str(attrs))


def described(grid: Grid, name: str) -> tuple[str, str]:
    """Label and anchor of a problem "lines.<position>.<field>" for the summary on top of the form."""
    position, _dot, key = name.removeprefix(f"{KEY}.").partition(".")
    if not position.isdigit() or int(position) >= len(grid.rows):
        return str(grid.lines.label), "line-grid"
    line = _("Line %(number)s") % {"number": int(position) + 1}
    field = grid.line_type.fields.get(key)
    if field is None:
        return line, "line-grid"
    return f"{line} · {field.label}", f"f-lines-{grid.rows[int(position)].token}-{key}"


def table(grid: Grid, object_type: ObjectType, parent: Values) -> dict[str, Any]:
    """Context of record_detail/lines.html."""
    columns = told_columns(grid)
    return {
        "label": grid.lines.label,
        "columns": [{"key": field.key, "label": field.label, "numeric": field.type.numeric} for field in columns],
        "rows": [
            [
                {
                    "key": field.key,
                    "label": field.label,
                    "numeric": field.type.numeric,
                    "value": ""
                    if row.values.get(field.key) is None
                    else field.type.cell(row.values[field.key], field, grid.context),
                }
                for field in columns
            ]
            for row in grid.rows
        ],
        "totals": [
            {"key": field.key, "label": field.label, "value": total_text(field, parent, grid.context)}
            for field in total_fields(grid, object_type)
        ],
    }


def told_columns(grid: Grid) -> list[Field]:
    """The columns to read: without the lines' own names where each says just what its source is called."""
    lines, title = grid.lines, grid.line_type.title
    source = next((field for field in grid.columns if field.key == lines.source), None)
    if source is None or title == lines.source:
        return grid.columns

    def is_repeated(row: GridRow) -> bool:
        linked = source.type.text(row.values.get(source.key), source, grid.context)
        return bool(linked) and linked == row.values.get(title)

    repeated = all(is_repeated(row) for row in grid.rows)
    return [field for field in grid.columns if not (repeated and field.key == title)]
