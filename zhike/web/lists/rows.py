"""Rows of a table as markup: drawn in one go, because a template that loops over cells costs several times as much."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.metadata.fields.base import Context, Field
from zhike.metadata.query import PageRow, cell

LONGEST_TITLE = 120
#: Kinds of plain values that can be told apart by themselves; lists and parts of an address are drawn each time.
REPEATED = frozenset({str, int, bool, float, Decimal, date, datetime, NoneType})


class Cells:
    """Draws the cells of one field; a value that was drawn in an earlier row is not drawn again."""

    def __init__(self, field: Field, context: Context) -> None:
        self.field = field
        self.context = context
        self.drawn: dict[Any, SafeString] = {}

    def draw(self, row: PageRow) -> SafeString:
        """The cell of the row as escaped markup."""
        value = row.values.get(self.field.key)
        if value.__class__ not in REPEATED or self.field.key in row.masked:
            return cell(row, self.field, self.context)
        # True and 1 are one key, but no field has both.
        found = self.drawn.get(value)
        if found is None:
            found = self.drawn[value] = cell(row, self.field, self.context)
        return found


class RowDrawer:
    """Draws the rows of one page; what is the same for all rows is worked out once, equal values are drawn once.

    ``columns`` begin with the title; ``editable`` are keys of fields that may be edited in place.
    """

    def __init__(self, columns: Sequence[Field], path: str, editable: Collection[str], context: Context) -> None:
        self.context = context
        self.path = path
        self.title = columns[0]
        self.select = escape(_("Select"))
        named = bare_numbers(columns[1:])
        self.columns = [
            (
                Cells(field, context).draw,
                cell_opening(field, field.key in editable, is_named=field.key in named),
                cell_opening(field, False, is_named=field.key in named),
            )
            for field in columns[1:]
        ]

    def draw(self, row: PageRow, *, is_editable: bool = True) -> dict[str, Any]:
        """The row with its markup."""
        title = title_of(row, self.title, self.context)
        cells = "".join(
            [f"{editable if is_editable else plain}{draw(row)}</td>" for draw, editable, plain in self.columns]
        )
        url = f"{self.path}{row.id}/"
        # Titles and cells come escaped from their field types, slugs and keys are checked identifiers.
        html = (
            f'<tr data-id="{row.id}" data-url="{url}"><td class="pick"><input type="checkbox" name="ids" value="{row.id}"'
            f' form="bulk" aria-label="{self.select} {title}" data-selection-target="box"'
            f' data-action="click->selection#toggle"></td><th scope="row" class="title"><a href="{url}">{title}</a></th>'
            f'{cells}<td class="filler"></td></tr>'
        )
        return {"id": row.id, "title": title, "html": html}


def bare_numbers(fields: Sequence[Field]) -> frozenset[str]:
    """Keys of the numbers that need their name where no heading stands above them: all but a single amount of money."""
    numbers = [field for field in fields if field.type.numeric]
    amounts = [field for field in numbers if field.type.key == "money"]
    return frozenset(field.key for field in numbers if len(amounts) != 1 or field not in amounts)


def cell_opening(field: Field, is_editable: bool, *, is_named: bool = False) -> str:
    """The start tag of a cell, with the name that it bears as part of a card; keys are checked identifiers."""
    data = f' data-field="{field.key}"' if is_editable else ""
    data += f' data-label="{escape(field.label)}"' if is_named else ""
    return f'<td class="num"{data}>' if field.type.numeric else f"<td{data}>"


def title_of(row: PageRow, field: Field, context: Context) -> SafeString:
    """The record's name on one line, as the text of a link."""
    value = row.values.get(field.key)
    if field.key in row.masked:
        return field.type.masked_cell(value)
    text = " ".join(field.type.text(value, field, context).split())
    if len(text) > LONGEST_TITLE:
        text = f"{text[:LONGEST_TITLE]}…"
    return escape(text or _("Unnamed #{id}").format(id=row.id))
