"""Columns that no field is there for become custom fields, when whoever imports may make such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from zhike.engines.importing.models import ImportRun
from zhike.lib.dates import parse_date
from zhike.lib.refusal import Refused
from zhike.metadata.actor import Actor
from zhike.metadata.customising import field_create

#: Target of a column that a field is to be made for.
NEW_FIELD = "+field"
SHORT = 200


def fields_make(run: ImportRun, rows: Sequence[Sequence[Any]], *, actor: Actor) -> None:
    """Make a field for each column that asks for one, of a kind that its first rows fit. Raises Denied, Invalid."""
    for place, target in run.mapping.items():
        if target == NEW_FIELD:
            position = int(place)
            cells = [row[position] for row in rows if position < len(row) and row[position] != ""]
            made = field_create(run.object_key, kind=kind_of(cells), label=run.headers[position], actor=actor)
            run.mapping[place] = made.key


def kind_of(cells: Sequence[Any]) -> str:
    """One of "date", "decimal", "long_text" and "text": text in doubt, and for numbers that begin with zeros."""
    if not cells:
        return "text"
    if all(_is_number(cell) for cell in cells):
        return "decimal"
    if all(_is_date(cell) for cell in cells):
        return "date"
    return "long_text" if any(len(str(cell)) > SHORT or "\n" in str(cell) for cell in cells) else "text"


def _is_number(cell: Any) -> bool:
    text = str(cell).replace(",", "").removeprefix("-")
    whole, _point, rest = text.partition(".")
    return (text.isascii() and whole.isdigit() and (not rest or rest.isdigit()) and len(whole) < 10) and (
        whole == "0" or not whole.startswith("0")
    )


def _is_date(cell: Any) -> bool:
    if isinstance(cell, int | float) or not any(mark in str(cell) for mark in "-/.年"):
        return False
    try:
        parse_date(cell, timezone.localdate())
    except Refused:
        return False
    return True


def asks(targets: Iterable[str]) -> bool:
    """Whether any column asks for a field."""
    return NEW_FIELD in targets
