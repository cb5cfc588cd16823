"""The parts of a year: the months of each, what it splits into, and how it is written without words."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from zhike.domain.targets.choices import Span

QUARTERS = (Span.Q1, Span.Q2, Span.Q3, Span.Q4)
MONTHS = tuple(Span(f"m{number:02}") for number in range(1, 13))


def months_of(span: str) -> range:
    """Numbers of its months."""
    if span == Span.YEAR:
        return range(1, 13)
    if span.startswith("q"):
        last = int(span[1:]) * 3
        return range(last - 2, last + 1)
    number = int(span[1:])
    return range(number, number + 1)


def days_of(year: int, span: str) -> tuple[date, date]:
    """Its first and last day."""
    months = months_of(span)
    last = months[-1]
    return date(year, months[0], 1), date(year, last, monthrange(year, last)[1])


def quarters_of(span: str) -> tuple[Span, ...]:
    """The quarters within a year; none within anything shorter."""
    return QUARTERS if span == Span.YEAR else ()


def months_within(span: str) -> tuple[Span, ...]:
    """The months within a year or quarter."""
    return () if span in MONTHS else tuple(MONTHS[number - 1] for number in months_of(span))


def written(year: int, span: str) -> str:
    """2026, 2026-Q1, 2026-03: the same in every language."""
    if span == Span.YEAR:
        return str(year)
    return f"{year}-{span.upper()}" if span.startswith("q") else f"{year}-{span[1:]}"


def spans_at(day: date) -> tuple[Span, Span, Span]:
    """Month, quarter and year of a day."""
    return MONTHS[day.month - 1], QUARTERS[(day.month - 1) // 3], Span.YEAR
