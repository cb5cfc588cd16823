"""Patterns of running numbers, such as ``KH{YYYY}-{0000}``: what they may say, writing a number, reading one back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

#: Parts that the day of making fills in.
DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
TOKEN = re.compile(r"\{([^{}]*)\}")
LONGEST = 40
MOST_DIGITS = 12


class BadPattern(ValueError):
    """A pattern that gives no running number."""


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A pattern read once; ``parts`` are texts and tokens in turn, the counter is the only token of zeros."""

    parts: tuple[str, ...]
    digits: int

    def series(self, day: date) -> str:
        """What all numbers of the day's series have in common; a new year, month or day begins a new one."""
        return "".join(self._part(part, place, day, "{#}") for place, part in enumerate(self.parts))

    def number(self, day: date, count: int) -> str:
        """The number of a day with this count; more digits than the pattern has are never cut off."""
        counted = str(count).zfill(self.digits)
        return "".join(self._part(part, place, day, counted) for place, part in enumerate(self.parts))

    def _part(self, part: str, place: int, day: date, counter: str) -> str:
        if place % 2 == 0:
            return part
        return (
            f"{day.year:04d}" if part == "YYYY" else day.strftime(DATE_PARTS[part]) if part in DATE_PARTS else counter
        )

    def read(self, number: str) -> tuple[str, int] | None:
        """Series and count of a number that the pattern could have given; None for any other text."""
        found = re.fullmatch("".join(self._expected(part, place) for place, part in enumerate(self.parts)), number)
        if found is None:
            return None
        start, end = found.span("count")
        return f"{number[:start]}{{#}}{number[end:]}", int(found["count"])

    def _expected(self, part: str, place: int) -> str:
        if place % 2 == 0:
            return re.escape(part)
        return rf"[0-9]{{{len(part)}}}" if part in DATE_PARTS else rf"(?P<count>[0-9]{{{self.digits},15}})"


def read_pattern(text: str) -> NumberPattern:
    """The pattern; raises BadPattern unless it has one counter of zeros, known date parts and plain text around them."""
    parts = TOKEN.split(text)
    tokens = parts[1::2]
    counters = [token for token in tokens if re.fullmatch(rf"0{{1,{MOST_DIGITS}}}", token)]
    unknown = [token for token in tokens if token not in DATE_PARTS and token not in counters]
    loose = any("{" in part or "}" in part or not part.isprintable() for part in parts[::2])
    if len(counters) != 1 or unknown or loose or len(text) > LONGEST or text != text.strip():
        raise BadPattern(text)
    return NumberPattern(tuple(parts), len(counters[0]))
