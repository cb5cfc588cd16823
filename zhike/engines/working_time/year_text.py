"""A year's holidays as people paste them: one day or stretch of days a line.

``2027-02-05~2027-02-11 休 春节`` or ``2027-02-13,班,春节``: a date or two, whether it is off or worked, and a name.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.engines.working_time.models import DayKind
from zhike.metadata.errors import Invalid, Problem

LINE = re.compile(
    r"(?P<first>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\s*(?:[~～至—]\s*(?P<last>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}))?"
    r"[\s,，;；]+(?P<kind>\S+?)(?:[\s,，;；]+(?P<name>.{0,60}))?"
)
KINDS = {
    **dict.fromkeys(("休", "放假", "休息", "off", "holiday"), DayKind.OFF),
    **dict.fromkeys(("班", "上班", "补班", "work", "workday"), DayKind.WORK),
}
MOST_STRETCH = 31

#: (kind, name) by day.
Days = dict[date, tuple[DayKind, str]]


def read_year(text: str, year: int) -> Days:
    """The days that the text says. Raises Invalid (field "text") naming the first line that cannot be understood."""
    found: Days = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            for day, told in _read_line(line.strip(), number).items():
                if day.year != year or day in found:
                    raise _refused(number, line)
                found[day] = told
    return found


def _read_line(line: str, number: int) -> Days:
    match = LINE.fullmatch(line)
    if match is None or match["kind"].casefold() not in KINDS:
        raise _refused(number, line)
    try:
        first = _date(match["first"])
        last = _date(match["last"]) if match["last"] else first
    except ValueError as error:
        raise _refused(number, line) from error
    if not 0 <= (last - first).days < MOST_STRETCH:
        raise _refused(number, line)
    told = KINDS[match["kind"].casefold()]
    name = (match["name"] or "").strip() or str(told.label)
    return {first + timedelta(days=offset): (told, name) for offset in range((last - first).days + 1)}


def _date(text: str) -> date:
    year, month, day = (int(part) for part in re.split(r"[-/.]", text))
    return date(year, month, day)


def _refused(number: int, line: str) -> Invalid:
    message = _("Line %(number)s cannot be understood, repeats a day or is of another year: %(line)s")
    return Invalid({"text": [Problem("bad_line", message % {"number": number, "line": line[:60]})]})
