"""Roll-ups: figures that an administrator defines over the records that link to a record, such as the sum of its deals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2s
from typing import Any

import orjson
from django.db.models import Aggregate, Count, F, Max, Min, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from zhike.engines.figures.figure import Rows
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import ObjectType, UnknownField, UnknownObject
from zhike.metadata.saving import context_for

NUMBERS = ("integer", "decimal", "money", "percent")
MOMENTS = ("date", "datetime")


@dataclass(frozen=True, slots=True)
class Function:
    """A way to make one value of many; ``kinds`` are the keys of the field types that it takes, () for none."""

    label: Label
    kinds: tuple[str, ...] = ()
    aggregate: Callable[[Any], Aggregate] | None = None
    default: int | None = None
    #: It takes the value of one row, the last by a moment.
    by_moment: bool = False


FUNCTIONS: dict[str, Function] = {
    "count": Function(_("how many"), default=0),
    "sum": Function(_("sum of"), ("integer", "decimal", "money"), Sum),
    "min": Function(_("smallest or earliest of"), (*NUMBERS, *MOMENTS), Min),
    "max": Function(_("largest or latest of"), (*NUMBERS, *MOMENTS), Max),
    "latest": Function(
        _("the value of the latest in"), (*NUMBERS, *MOMENTS, "text", "choice", "boolean"), by_moment=True
    ),
}


@dataclass(frozen=True, slots=True)
class Rollup:
    """What a roll-up is made from; all names are keys."""

    object_key: str
    #: Link field of the rows that leads to the record.
    via: str
    function: str
    of: str = ""
    #: Date or moment that says which row is the latest.
    by: str = ""
    filter: Mapping[str, Any] | None = None
    #: Changes whenever what it is made of became another kind, so that its values are worked out anew.
    remade: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """As rows of CustomField hold it."""
        found = {"source": f"{self.object_key}.{self.via}", "function": self.function, "of": self.of, "by": self.by}
        more = {"filter": self.filter, "remade": self.remade}
        return {name: value for name, value in {**found, **more}.items() if value}

    @property
    def digest(self) -> str:
        """Differs for definitions that differ, so that values of another one are never taken for its own."""
        return blake2s(orjson.dumps(self.options, option=orjson.OPT_SORT_KEYS), digest_size=4).hexdigest()

    def rows(self, record_id: int) -> Rows:
        """The rows that the value of a record comes from."""
        own = {"field": self.via, "op": "eq", "value": record_id}
        return Rows(self.object_key, {"all": [own, self.filter] if self.filter else [own]})

    def compute(self, ids: Sequence[int], now: datetime) -> Iterable[tuple[int, Any]]:
        """(record id, plain value) of the records that have one; one query."""
        try:
            child = registry.get(self.object_key)
            rows = self._rows(child, ids)
            function, of = FUNCTIONS[self.function], child.field(self.of) if self.of else None
            if function.by_moment and of is not None:
                return self._latest(child, rows, of)
            value = Count("pk") if of is None else (function.aggregate or Max)(of.type.expression(of))
            pairs = rows.values_list("_to").annotate(_value=value).order_by()
        except (UnknownObject, UnknownField, BadQuery):
            # Something that it was made from has gone: there is no value, rather than a wrong one.
            return ()
        return [(pk, found if of is None else plain(found, of)) for pk, found in pairs if found is not None]

    def _rows(self, child: ObjectType, ids: Sequence[int]) -> Any:
        link = child.field(self.via)
        live = policy.every_record(child).filter(deletion__isnull=True).order_by()
        found = live.filter(compile_filter(child, self.filter, context_for(SYSTEM)))
        return found.annotate(_to=link.type.expression(link)).filter(_to__in=list(ids))

    def _latest(self, child: ObjectType, rows: Any, of: Field) -> Iterable[tuple[int, Any]]:
        by = child.field(self.by or "created_at")
        moment = by.type.expression(by)
        ordered = rows.annotate(_value=of.type.expression(of), _at=moment).filter(
            _value__isnull=False, _at__isnull=False
        )
        place = Window(RowNumber(), partition_by=[F("_to")], order_by=[F("_at").desc(), F("pk").desc()])
        pairs = ordered.annotate(_place=place).filter(_place=1).values_list("_to", "_value")
        return [(pk, plain(found, of)) for pk, found in pairs]


def stored_key(field_id: int, rollup: Rollup) -> str:
    """Key of the values of a roll-up among the figures of a record."""
    return f"r{field_id}_{rollup.digest}"


def plain(value: Any, of: Field) -> Any:
    """The plain value from what the database made of one or many values of the field."""
    kind = of.type.key
    if kind in {"integer", "money"}:
        return int(value)
    if kind in {"decimal", "percent"}:
        decimals = int(of.options.get("decimals", 2))
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return of.type.from_json(value, of) if of.is_custom else value
