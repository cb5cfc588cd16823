"""Tables written row by row in constant memory: CSV that spreadsheets open in Chinese, and XLSX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol, Self, TextIO

import xlsxwriter

from zhike.lib.spreadsheet_safety import neutralised

#: What an XLSX sheet holds, the heading included.
MOST_ROWS = 1_048_576
LONGEST_CELL = 32_767
#: Numbers beyond these digits lose some in a spreadsheet; they are written as text.
EXACT_DIGITS = 15


class TableWriter(Protocol):
    """Writes rows of text, numbers, dates and moments (local, naive) one after the other."""

    def write(self, row: Sequence[Any]) -> None:
        """Append one row."""

    def close(self) -> None:
        """Finish the file."""


class CsvWriter:
    """CSV in UTF-8 with the mark that makes spreadsheets read it as such; lines end as RFC 4180 says."""

    def __init__(self, target: Path | TextIO) -> None:
        self._file: TextIO = target.open("w", encoding="utf-8-sig", newline="") if isinstance(target, Path) else target
        self._rows = csv.writer(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, row: Sequence[Any]) -> None:
        self._rows.writerow([neutralised(cell) if isinstance(cell, str) else csv_text(cell) for cell in row])

    def write_all(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self.write(row)

    def close(self) -> None:
        self._file.close()


def csv_text(cell: Any) -> str:
    """A cell that is not text: dates in ISO form, numbers without grouping, nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell)


class XlsxWriter:
    """One sheet with a bold, frozen heading; text is always text, never a formula or a link."""

    def __init__(self, target: Path | IO[bytes], sheet: str = "Sheet1", widths: Sequence[float] = ()) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }
        self._book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)
        self._sheet = self._book.add_worksheet(sheet_name(sheet))
        self._sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
        self._heading = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, row: Sequence[Any]) -> None:
        """Append one row; raises ValueError beyond what a sheet holds."""
        if self._next >= MOST_ROWS:
            raise ValueError("an XLSX sheet holds 1,048,576 rows")
        for column, cell in enumerate(row):
            self._write_cell(column, cell)
        self._next += 1

    def write_all(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self.write(row)

    def close(self) -> None:
        self._book.close()

    def _write_cell(self, column: int, cell: Any) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            heading = self._heading if self._next == 0 else None
            self._sheet.write_string(self._next, column, neutralised(cell)[:LONGEST_CELL], heading)
        elif isinstance(cell, bool):
            self._sheet.write_boolean(self._next, column, cell)
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(self._next, column, cell, self._moment)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._next, column, cell)
        elif len(str(cell).lstrip("-").replace(".", "")) > EXACT_DIGITS:
            self._sheet.write_string(self._next, column, csv_text(cell))
        else:
            self._sheet.write_number(self._next, column, cell)


def sheet_name(name: str) -> str:
    """A name that spreadsheets take: at most 31 characters, none of []:*?/\\ and no apostrophe at the ends."""
    plain = "".join(" " if character in "[]:*?/\\" else character for character in name)[:31].strip(" '")
    return plain or "Sheet1"
