"""Rows of XLSX files of any size in bounded memory: the parts are unpacked and parsed as they are read."""

from __future__ import annotations

import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from zhike.lib.refusal import Refused

#: Workbooks whose rows take more than this, unpacked, are read here; smaller ones go faster through calamine.
LARGE = 32 * 1024 * 1024
#: No spreadsheet of a million rows comes near it; something made to fill a disk or an afternoon does.
MOST_UNPACKED = 16 * 1024 * 1024 * 1024
CHUNK = 256 * 1024
MOST_COLUMNS = 16_384
LONGEST_CELL = 1_000_000
#: Texts used by several cells stay in memory up to this size, in bytes; the rest lies in a file.
TEXTS_IN_MEMORY = 16 * 1024 * 1024
LATEST_TEXTS = 20_000
#: Number formats that every program knows as dates and times (ECMA-376, part 1, 18.8.30), the East Asian ones included.
BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
DATE_PARTS = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]hms]*\]|\\.|_.|\*.')
DIMENSION = re.compile(rb'<(?:\w+:)?dimension [^>]*ref="[A-Z]+\d+:[A-Z]+(\d+)"')

Attributes = dict[str, str]


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
        texts = Texts(self)
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
        parser.StartElementHandler = lambda name, attributes: seen(name.rpartition(":")[2], attributes)
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


class Texts:
    """The table of texts that cells refer to by number, parsed no further than asked for."""

    def __init__(self, book: BigWorkbook) -> None:
        self.file = tempfile.SpooledTemporaryFile(TEXTS_IN_MEMORY)  # noqa: SIM115 - closed by close()
        self.ends = array("Q")
        self.latest: dict[int, str] = {}
        self.pieces: list[str] = []
        self.is_text = False
        self.phonetic = 0
        self.parser = safe_parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        part = "xl/sharedStrings.xml"
        self.chunks = book.chunks(part) if part in book.archive.namelist() else iter(())

    def close(self) -> None:
        self.file.close()

    def __getitem__(self, number: int) -> str:
        found = self.latest.get(number)
        if found is not None:
            return found
        while len(self.ends) <= number:
            chunk = next(self.chunks, None)
            if chunk is None:
                return ""
            self.file.seek(0, 2)
            parse(self.parser, chunk)
        return self.latest.get(number) or self._read(number)

    def _read(self, number: int) -> str:
        start = self.ends[number - 1] if number else 0
        self.file.seek(start)
        text = self.file.read(self.ends[number] - start).decode()
        self._remember(number, text)
        return text

    def _remember(self, number: int, text: str) -> None:
        if len(self.latest) >= LATEST_TEXTS:
            self.latest.clear()
        self.latest[number] = text

    def _start(self, name: str, attributes: Attributes) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self.is_text = not self.phonetic
        elif name == "si":
            self.pieces = []
        elif name == "rPh":
            # How a Japanese text is read aloud stands beside it.
            self.phonetic += 1

    def _characters(self, text: str) -> None:
        if self.is_text:
            self.pieces.append(text)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self.is_text = False
        elif name == "rPh":
            self.phonetic -= 1
        elif name == "si":
            text = "".join(self.pieces)[:LONGEST_CELL]
            self._remember(len(self.ends), text)
            self.file.write(text.encode("utf-8", "replace"))
            self.ends.append(self.file.tell())


def safe_parser() -> expat.XMLParserType:
    """A parser that knows no document types, so that no entity can grow or reach out."""
    parser = expat.ParserCreate()

    def refuse(*_told: Any) -> None:
        raise Refused("not_a_table")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, chunk: bytes) -> None:
    """Feed a piece, the empty one last."""
    try:
        parser.Parse(chunk, not chunk)
    except expat.ExpatError as error:
        raise Refused("not_a_table") from error


def column_of(reference: str) -> int:
    """Position of a column by its letters: A1 is 0, AB7 is 27."""
    number = 0
    for character in reference:
        if not "A" <= character <= "Z":
            break
        number = number * 26 + ord(character) - 64
    return number - 1
