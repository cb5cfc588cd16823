"""Running numbers: given to new records in blocks, one statement for each series and batch, whoever else writes.

The row of a series is locked until its transaction ends, so no number is given twice. A refused or rolled back batch may
leave a gap. Numbers that an import brings along move the series on behind them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from zhike.metadata.checking import holders
from zhike.metadata.errors import Problems
from zhike.metadata.fields.auto_number import AutoNumberType
from zhike.metadata.fields.base import Field
from zhike.metadata.models import NumberSeries
from zhike.metadata.object_type import ObjectType, Values

TABLE = NumberSeries._meta.db_table
#: Takes a block of numbers: field, series, (first number less one, size) three times over.
TAKE = (
    f'INSERT INTO "{TABLE}" (field_id, series, last) VALUES (%s, %s, %s) ON CONFLICT (field_id, series) DO UPDATE'
    f' SET last = CASE WHEN "{TABLE}".last < %s THEN %s ELSE "{TABLE}".last + %s END RETURNING last'
)
#: Moves a series on behind a number that came from elsewhere.
MOVE = (
    f'INSERT INTO "{TABLE}" (field_id, series, last) VALUES (%s, %s, %s) ON CONFLICT (field_id, series) DO UPDATE'
    f' SET last = CASE WHEN "{TABLE}".last < excluded.last THEN excluded.last ELSE "{TABLE}".last END'
)


def numbered_fields(object_type: ObjectType) -> list[tuple[Field, AutoNumberType]]:
    """Fields in use whose values the system gives."""
    active = object_type.active_fields
    return [(field, field.type) for field in active if isinstance(field.type, AutoNumberType) and field.is_custom]


def give_numbers(
    object_type: ObjectType, plain: Sequence[Values], new: Sequence[int], problems: Sequence[Problems], now: datetime
) -> None:
    """Number the new rows that can be saved; a number that somebody gave stays, and nobody empties one."""
    for field, kind in numbered_fields(object_type):
        given = [values[field.key] for values in plain if values.get(field.key) is not None]
        for values in plain:
            if field.key in values and values[field.key] is None:
                del values[field.key]
        move_on(field, kind, given)
        waiting = [index for index in new if not problems[index] and field.key not in plain[index]]
        if waiting:
            today = timezone.localdate(now, timezone.get_default_timezone())
            for index, number in zip(waiting, take(object_type, field, kind, [today] * len(waiting)), strict=True):
                plain[index][field.key] = number


def take(object_type: ObjectType, field: Field, kind: AutoNumberType, days: Sequence[date]) -> list[str]:
    """A free number for each day; inside the write transaction of the records that get them."""
    pattern = kind.pattern(field)
    numbers: list[str] = [""] * len(days)
    missing = list(range(len(days)))
    while missing:
        by_series: dict[str, list[int]] = {}
        for place in missing:
            by_series.setdefault(pattern.series(days[place]), []).append(place)
        for series, places in by_series.items():
            last = take_block(field, series, len(places))
            for count, place in enumerate(places, last - len(places) + 1):
                numbers[place] = pattern.number(days[place], count)
        # Another pattern, or an import, may have given the same text in a series of another name.
        held = {value for value, _pk, _deletion in holders(object_type, field, [numbers[place] for place in missing])}
        missing = [place for place in missing if numbers[place] in held]
    return numbers


def take_block(field: Field, series: str, size: int) -> int:
    """Reserve ``size`` counts of a series; returns the last of them."""
    before = int(field.options.get("start", 1)) - 1
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [field.custom_id, series, before + size, before, before + size, size])
        return int(cursor.fetchone()[0])


def move_on(field: Field, kind: AutoNumberType, given: Sequence[str]) -> None:
    """Have the series go on behind numbers that were given by somebody."""
    pattern = kind.pattern(field)
    highest: dict[str, int] = {}
    for read in filter(None, map(pattern.read, given)):
        highest[read[0]] = max(read[1], highest.get(read[0], 0))
    with connection.cursor() as cursor:
        for series, count in sorted(highest.items()):
            cursor.execute(MOVE, [field.custom_id, series, count])


def unnumbered(field: Field, rows: Any) -> Any:
    """Those of the records (a queryset) that have no number of the field yet."""
    return rows.alias(_number=field.type.expression(field)).filter(_number__isnull=True)


def new_numbers(
    object_type: ObjectType, field: Field, kind: AutoNumberType, made: Mapping[int, datetime]
) -> dict[int, str]:
    """Numbers for records that exist, by id, each of the series of the day on which it was created."""
    zone = timezone.get_default_timezone()
    days = [timezone.localdate(moment, zone) for moment in made.values()]
    return dict(zip(made, take(object_type, field, kind, days), strict=True))
