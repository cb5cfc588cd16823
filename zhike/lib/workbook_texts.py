"""The table of texts of an XLSX file, and how its parts are parsed without harm."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from zhike.lib.refusal import Refused

Attributes = dict[str, str]
LONGEST_CELL = 1_000_000
#: Texts used by several cells stay in memory up to this size, in bytes; the rest lies in a file.
TEXTS_IN_MEMORY = 16 * 1024 * 1024
LATEST_TEXTS = 20_000


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


class Texts:
    """The table of texts that cells refer to by number, parsed no further than asked for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
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
        self.chunks = chunks

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
