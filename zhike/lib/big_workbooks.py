"""Rows of XLSX files of any size in bounded memory: the parts are unpacked and parsed as they are read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from zhike.lib.refusal import Refused
from zhike.lib.workbook_texts import LONGEST_CELL, Attributes, Texts, parse, safe_parser

#: Workbooks whose rows take more than this, unpacked, are read here; smaller ones go faster through calamine.
LARGE = 32 * 1024 * 1024
#: No spreadsheet of a million rows comes near it; something made to fill a disk or an afternoon does.
MOST_UNPACKED = 16 * 1024 * 1024 * 1024
CHUNK = 256 * 1024
MOST_COLUMNS = 16_384
#: Part of the texts that cells share.
TEXTS = "xl/sharedStrings.xml"
#: Number formats that every program knows as dates and times (ECMA-376, part 1, 18.8.30), the East Asian ones included.
BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
DATE_PARTS = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]hms]*\]|\\.|_.|\*.')
DIMENSION = re.compile(rb'<(?:\w+:)?dimension [^>]*ref="[A-Z]+\d+:[A-Z]+(\d+)"')


def is_large(path: Path) -> bool:
    """Whether a file is an XLSX workbook that must not be held in memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.infolist() if part.filename.startswith("xl/")]
    except (zipfile.BadZipFile, OSError):
        return False
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        return False
    size = sum(part.file_size for part in parts if part.filename.startswith(("xl/worksheets/", "xl/sharedStrings")))
    return size > LARGE


class BigWorkbook:
    """An XLSX file read row by row. Refuses with "not_a_table" what is broken, or made to do harm."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise Refused("not_a_table") from error
        if sum(part.file_size for part in self.archive.infolist()) > MOST_UNPACKED:
            raise Refused("not_a_table")
        self.is_1904 = False
        self.sheets = self._sheets()
        self.dates = self._date_styles()

    def close(self) -> None:
        self.archive.close()

    def row_count(self, name: str) -> int:
        """How many rows a sheet says that it has; 0 where it does not say."""
        with self._open(self.sheets[name]) as part:
            found = DIMENSION.search(part.read(16 * 1024))
        return int(found[1]) if found else 0

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Rows as lists of text, float, bool and datetime; empty cells are ""."""
        texts = Texts(self.chunks(TEXTS) if TEXTS in self.archive.namelist() else iter(()))
        sheet = SheetParser(texts, self.dates, self.zero())
        try:
            for chunk in self.chunks(self.sheets[name]):
                sheet.feed(chunk)
                yield from sheet.taken()
        finally:
            texts.close()

    def zero(self) -> datetime:
        return datetime(1904, 1, 1) if self.is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no zone

    def _open(self, part: str) -> IO[bytes]:
        try:
            return self.archive.open(part)
        except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise Refused("not_a_table") from error

    def chunks(self, part: str) -> Iterator[bytes]:
        """A part piece by piece; what is parsed from it may be refused."""
        with self._open(part) as file:
            try:
                while chunk := file.read(CHUNK):
                    yield chunk
                yield b""
            except (zipfile.BadZipFile, EOFError, OSError) as error:
                raise Refused("not_a_table") from error

    def elements(self, part: str, seen: Callable[[str, Attributes], None]) -> None:
        """Tell of every element of a small part."""
        parser = safe_parser()

        def start(name: str, attributes: Attributes) -> None:
            seen(name.rpartition(":")[2], attributes)

        parser.StartElementHandler = start
        for chunk in self.chunks(part):
            parse(parser, chunk)

    def _sheets(self) -> dict[str, str]:
        """Part of each worksheet by its name, in the order of the tabs."""
        names: list[tuple[str, str]] = []
        targets: dict[str, str] = {}

        def of_book(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                reference = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                names.append((attributes.get("name", ""), reference))
            elif name == "workbookPr":
                self.is_1904 = attributes.get("date1904") in {"1", "true"}

        def of_relations(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

        self.elements("xl/workbook.xml", of_book)
        self.elements("xl/_rels/workbook.xml.rels", of_relations)
        return {name: targets[reference] for name, reference in names if reference in targets}

    def _date_styles(self) -> frozenset[str]:
        """Style numbers whose numbers are dates."""
        formats: dict[str, str] = {}
        found: list[str] = []
        place = {"in": False, "number": 0}

        def seen(name: str, attributes: Attributes) -> None:
            if name == "numFmt":
                formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name in {"cellXfs", "cellStyleXfs"}:
                place["in"] = name == "cellXfs"
            elif name == "xf" and place["in"]:
                number = attributes.get("numFmtId", "0")
                code = NOT_FORMAT.sub("", formats.get(number, ""))
                if (number.isdigit() and int(number) in BUILT_IN_DATES) or DATE_PARTS.search(code):
                    found.append(str(place["number"]))
                place["number"] += 1
            elif name == "cellStyles":
                place["in"] = False

        if "xl/styles.xml" in self.archive.namelist():
            self.elements("xl/styles.xml", seen)
        return frozenset(found)


class SheetParser:
    """Cells of a worksheet gathered into rows while its text comes in."""

    def __init__(self, texts: Texts, dates: frozenset[str], zero: datetime) -> None:
        self.texts = texts
        self.dates = dates
        self.zero = zero
        self.ready: list[list[Any]] = []
        self.row: list[Any] = []
        self.kind = self.style = self.reference = ""
        self.pieces: list[str] = []
        self.is_text = False
        self.parser = safe_parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def feed(self, chunk: bytes) -> None:
        parse(self.parser, chunk)

    def taken(self) -> list[list[Any]]:
        """The rows that are complete by now."""
        found, self.ready = self.ready, []
        return found

    def _start(self, name: str, attributes: Attributes) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.reference = attributes.get("r", "")
            self.kind = attributes.get("t", "")
            self.style = attributes.get("s", "")
            self.pieces = []
        elif name in {"v", "t"}:
            self.is_text = True
        elif name == "row":
            self.row = []

    def _characters(self, text: str) -> None:
        if self.is_text:
            self.pieces.append(text)

    def _end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in {"v", "t"}:
            self.is_text = False
        elif name == "c":
            column = column_of(self.reference) if self.reference else len(self.row)
            if column >= MOST_COLUMNS:
                raise Refused("not_a_table")
            if column > len(self.row):
                self.row.extend([""] * (column - len(self.row)))
            if self.pieces:
                self.row.append(self._value("".join(self.pieces)))
            elif column == len(self.row):
                self.row.append("")
        elif name == "row":
            self.ready.append(self.row)

    def _value(self, text: str) -> Any:
        kind = self.kind
        if kind == "s":
            return self.texts[int(text)] if text.strip().isdigit() else ""
        if kind in {"inlineStr", "str"}:
            return text[:LONGEST_CELL]
        if kind == "b":
            return text.strip() == "1"
        if kind == "e":
            return ""
        try:
            if kind == "d":
                return datetime.fromisoformat(text.strip())
            number = float(text)
            if self.style in self.dates:
                return self.zero + timedelta(seconds=round(number * 86_400))
        except (ValueError, OverflowError):
            return text[:LONGEST_CELL]
        return number


def column_of(reference: str) -> int:
    """Position of a column by its letters: A1 is 0, AB7 is 27."""
    number = 0
    for character in reference:
        if not "A" <= character <= "Z":
            break
        number = number * 26 + ord(character) - 64
    return number - 1
