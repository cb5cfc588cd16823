"""Keyset paging: the order of a list, the cursor of its last row, and the condition that goes on from there.

The first sort key walks an index: records without a value come last, in a second branch of their own, because the two
databases disagree on where NULL sorts. Further keys order within it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Case, Expression, F, IntegerField, OrderBy, Q, Value, When
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from zhike.lib.reading_order import order_key
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.filters import comparable_field
from zhike.metadata.object_type import ObjectType

MOST_KEYS = 3


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an order."""

    field: Field
    descending: bool

    @property
    def expression(self) -> Expression | F:
        return sort_expression(self.field)

    @property
    def text(self) -> str:
        return f"-{self.field.key}" if self.descending else self.field.key


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: values of the sort keys and the id; ``back`` looks towards the beginning.

    Written with JSON values; ``decode`` gives it with values as the database compares them.
    """

    values: tuple[Any, ...]
    id: int
    back: bool = False

    def encode(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([*self.values, self.id, self.back])).decode().rstrip("=")


def decode(text: str, keys: Sequence[SortKey]) -> Cursor:
    """The cursor from an address; raises BadQuery when it does not belong to this order."""
    try:
        told = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        *values, pk, back = told
        plain = [
            None if value is None else compared_value(key.field, value) for value, key in zip(values, keys, strict=True)
        ]
    except (ValueError, TypeError, binascii.Error, AttributeError, KeyError, OverflowError) as failure:
        raise BadQuery(
            "bad_cursor", _("This page no longer exists: start from the first one."), field="cursor"
        ) from failure
    if not isinstance(pk, int) or isinstance(pk, bool) or not 0 <= pk < 2**63 or not isinstance(back, bool):
        raise BadQuery("bad_cursor", _("This page no longer exists: start from the first one."), field="cursor")
    if any(isinstance(value, list | dict) for value in plain):
        raise BadQuery("bad_cursor", _("This page no longer exists: start from the first one."), field="cursor")
    return Cursor(tuple(plain), pk, back)


def sort_expression(field: Field) -> Expression | F:
    """What the field is sorted by: how a text is read where a column says so, or the value itself."""
    return field.type.expression(field) if field.reading is None else F(field.reading)


def compared_value(field: Field, value: Any) -> Any:
    """The JSON value as ``sort_expression`` compares it."""
    if field.reading is not None:
        return order_key(field.type.from_json(value, field))
    return field.type.sql_value(field.type.from_json(value, field), field)


def sort_keys(object_type: ObjectType, names: Sequence[str], context: Context) -> tuple[SortKey, ...]:
    """Sort keys from their names (``-updated_at``); raises BadQuery for what cannot be sorted by."""
    if not 0 < len(names) <= MOST_KEYS:
        raise BadQuery("bad_sort", _("Sort by one to three fields."), field="sort")
    keys = []
    for name in names:
        field = comparable_field(object_type, name.removeprefix("-"), context)
        if not field.type.sortable or field.type.multiple:
            raise BadQuery("bad_sort", _("This field cannot be sorted by."), field=field.key)
        keys.append(SortKey(field, name.startswith("-")))
    return tuple(keys)


def never_null(object_type: ObjectType, field: Field) -> bool:
    """Whether every record has a value by the column's own word."""
    column = field.reading or field.column
    return column is not None and not object_type.model._meta.get_field(column).null


def ordering(keys: Sequence[SortKey], *, back: bool) -> list[OrderBy]:
    """ORDER BY of a page; the id, in the direction of the first key, makes the order total."""
    orders = []
    for position, key in enumerate(keys):
        if position:
            orders.append(OrderBy(_absent(key), descending=back))
        orders.append(OrderBy(key.expression, descending=key.descending is not back))
    orders.append(OrderBy(F("pk"), descending=keys[0].descending is not back))
    return orders


def _absent(key: SortKey) -> Case:
    return Case(When(IsNull(key.expression, True), then=Value(1)), default=Value(0), output_field=IntegerField())


def beyond(keys: Sequence[SortKey], cursor: Cursor) -> Q:
    """Rows after the cursor (before it, when it looks back) within the branch that the cursor is in."""
    first, value = keys[0], cursor.values[0]
    rest = _beyond_rest(keys[1:], cursor.values[1:], cursor, first.descending)
    if value is None:
        return rest
    forward = first.descending is cursor.back
    strict, loose = (GreaterThan, GreaterThanOrEqual) if forward else (LessThan, LessThanOrEqual)
    return Q(loose(first.expression, value)) & (Q(strict(first.expression, value)) | rest)


def _beyond_rest(keys: Sequence[SortKey], values: Sequence[Any], cursor: Cursor, id_descending: bool) -> Q:
    if not keys:
        return Q(pk__gt=cursor.id) if id_descending is cursor.back else Q(pk__lt=cursor.id)
    key, value = keys[0], values[0]
    rest = _beyond_rest(keys[1:], values[1:], cursor, id_descending)
    null = Q(IsNull(key.expression, True))
    if value is None:
        same = null & rest
        return same if not cursor.back else same | Q(IsNull(key.expression, False))
    forward = key.descending is cursor.back
    further = Q(GreaterThan(key.expression, value) if forward else LessThan(key.expression, value))
    if not cursor.back:
        further |= null
    return further | (Q(Exact(key.expression, value)) & rest)
