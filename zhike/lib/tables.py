"""Rows from CSV and XLSX files as other programs write them: encoding, delimiter and numbers found out by looking."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from zhike.lib.big_workbooks import BigWorkbook, is_large
from zhike.lib.refusal import Refused
from zhike.lib.spreadsheet_safety import APOSTROPHE, without_apostrophe

#: A cell: text, or what a workbook knows better. Empty cells are "".
Cell = str | int | float | bool | date | datetime
#: How much of a file decides its encoding and delimiter.
SAMPLE_BYTES = 256 * 1024
DELIMITERS = (",", "\t", ";", "|")
LONGEST_CELL = 1_000_000
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that was looked at: how to read it again. ``encoding`` and ``delimiter`` are "" for a workbook."""

    path: Path
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    #: Too large a workbook to be held in memory.
    is_large: bool = False

    @property
    def is_workbook(self) -> bool:
        return not self.encoding


def open_table(path: Path) -> TableFile:
    """Look at a file and say how it is read.

    Refuses with "empty_file", "not_a_table" (neither text nor workbook), "unknown_encoding" and "needs_password".
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if not sample.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Refused("empty_file")
    if sample.startswith(ZIP) and is_large(path):
        with closing(BigWorkbook(path)) as book:
            return TableFile(path, sheets=tuple(book.sheets), is_large=True)
    if sample.startswith((ZIP, OLE)):
        with closing(_workbook(path)) as workbook:
            return TableFile(path, sheets=tuple(_sheet_names(workbook)))
    encoding = detect_encoding(sample, whole=len(sample) < SAMPLE_BYTES)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    if "\x00" in text:
        raise Refused("not_a_table")
    return TableFile(path, encoding=encoding, delimiter=detect_delimiter(text))


def read_rows(table: TableFile, sheet: str | None = None) -> Iterator[list[Cell]]:
    """All rows, the heading first; wholly empty ones are left out. CSV files and large XLSX files stream in bounded memory.

    Refuses with "broken_text" (``line``) where a CSV file stops being text in its encoding.
    """
    rows = _workbook_rows(table, sheet) if table.is_workbook else _text_rows(table)
    return (row for row in rows if any(cell != "" for cell in row))


def estimate_rows(table: TableFile, sheet: str | None = None) -> int:
    """About how many rows there are, the heading included: of text the lines, which takes a moment for a million.

    Refuses with "broken_text" (``line``) where the file stops being text in its encoding, before anything is made of it.
    """
    if table.is_large:
        with closing(BigWorkbook(table.path)) as book:
            if counted := book.row_count(_sheet_name(tuple(book.sheets), sheet)):
                return counted
    if table.is_workbook:
        return sum(1 for _row in read_rows(table, sheet))
    lines = 1
    with table.path.open("rb") as raw, TextIOWrapper(raw, encoding=table.encoding, newline="") as file:
        try:
            for chunk in iter(partial(file.read, 1024 * 1024), ""):
                lines += chunk.count("\n")
        except UnicodeDecodeError as error:
            raise Refused("broken_text", line=lines) from error
    return lines


def detect_encoding(sample: bytes, *, whole: bool = True) -> str:
    """The encoding of a text: by byte order mark, otherwise UTF-8, UTF-16 without mark, or GB18030, in this order."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding
    # Text in UTF-16 has a zero byte in every second place wherever it is ASCII.
    if zeros := sample.count(0):
        odd = sample[1::2].count(0)
        if zeros * 8 > len(sample) and (odd > zeros * 0.9 or odd < zeros * 0.1):
            return "utf-16-le" if odd > zeros / 2 else "utf-16-be"
        raise Refused("not_a_table")
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(sample, final=whole)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("unknown_encoding")


def detect_delimiter(text: str) -> str:
    """The delimiter by which most of the first lines have the same number of fields; a comma when none has two."""
    lines = text.splitlines()[:50]
    if text[-1:] not in {"\n", "\r"} and len(lines) > 1:
        lines.pop()
    best, score = ",", 0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, times = widths.most_common(1)[0] if widths else (0, 0)
        if width > 1 and times * width > score:
            best, score = delimiter, times * width
    return best


def cell_of(value: Any) -> Cell:
    """A workbook's cell as we keep it: whole floats as integers, midnight as a date, durations and times as text."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, str):
        return without_apostrophe(value.strip())
    if isinstance(value, bool | int | date):
        return value
    if isinstance(value, time | timedelta):
        return str(value)
    return ""


def _text_rows(table: TableFile) -> Iterator[list[Cell]]:
    csv.field_size_limit(LONGEST_CELL)
    with table.path.open("rb") as raw, TextIOWrapper(raw, encoding=table.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=table.delimiter)
        try:
            for row in reader:
                yield [without_apostrophe(cell) if cell[:1] == APOSTROPHE else cell for cell in map(str.strip, row)]
        except (UnicodeDecodeError, csv.Error) as error:
            raise Refused("broken_text", line=reader.line_num + 1) from error


def _workbook_rows(table: TableFile, sheet: str | None) -> Iterator[list[Cell]]:
    if table.is_large:
        with closing(BigWorkbook(table.path)) as book:
            for row in book.rows(_sheet_name(tuple(book.sheets), sheet)):
                yield [cell_of(value) for value in row]
        return
    with closing(_workbook(table.path)) as workbook:
        for row in workbook.get_sheet_by_name(_sheet_name(_sheet_names(workbook), sheet)).iter_rows():
            yield [cell_of(value) for value in row]


def _sheet_name(names: Sequence[str], wanted: str | None) -> str:
    """The sheet to read, the first one unless another is named; refuses with "no_such_sheet"."""
    name = wanted or (names[0] if names else "")
    if name not in names:
        raise Refused("no_such_sheet", sheet=name)
    return name


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise Refused("needs_password") from error
    except (CalamineError, OSError) as error:
        raise Refused("not_a_table") from error


def _sheet_names(workbook: CalamineWorkbook) -> list[str]:
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
