"""A formula made ready for the database: its tree with numbered inputs, how each is read, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2s
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from zhike.lib.formula.checking import checked
from zhike.lib.formula.errors import FormulaError
from zhike.lib.formula.reading import Node, fields, read
from zhike.lib.formula.working_out import finished, work_out
from zhike.metadata.formula.inputs import Catalogue, Place, place_of
from zhike.metadata.object_type import ObjectType


@dataclass(frozen=True, slots=True)
class Program:
    """``kinds`` are (kind of field, decimals of its currency) of each input.

    ``decimals`` are those of the result, ``minor`` those of its currency when it is an amount, which is held in minor units.
    """

    tree: Node
    kinds: tuple[tuple[str, int], ...]
    decimals: int = 0
    minor: int = 0

    @property
    def key(self) -> str:
        return blake2s(repr(self).encode(), digest_size=16).hexdigest()

    def run(self, today: date, raws: Iterable[Any]) -> Any:
        """The result from values as a SQLite column gives them; the same as ``work_out``."""
        values = [
            None if raw is None else READERS[kind](raw, minor)
            for raw, (kind, minor) in zip(raws, self.kinds, strict=True)
        ]
        return finished(work_out(self.tree, values, today), self.decimals, self.minor)


def number(raw: Any, _minor: int) -> Decimal:
    return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)


def moment_day(raw: Any, _minor: int) -> date:
    moment = datetime.fromisoformat(raw)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def same(raw: Any, _minor: int) -> str:
    return str(raw)


READERS: dict[str, Any] = {
    **dict.fromkeys(("text", "long_text", "url", "email", "auto_number", "choice"), same),
    "integer": number,
    "decimal": number,
    "percent": lambda raw, minor: number(raw, minor) / 100,
    "money": lambda raw, minor: number(raw, minor).scaleb(-minor),
    "date": lambda raw, _minor: date.fromisoformat(raw[:10]),
    "datetime": moment_day,
    "boolean": lambda raw, _minor: bool(raw),
}


def typed_tree(source: str, object_type: ObjectType, catalogue: Catalogue) -> tuple[Node, list[Place]]:
    """The checked tree of a formula with inputs in place of fields, and the inputs; raises FormulaError."""
    root = read(source)
    places: dict[str, Place] = {}
    for node in fields(root):
        places.setdefault(str(node.value), place_of(node, object_type, catalogue))
    tree = checked(root, lambda node: places[str(node.value)].source())
    currencies = {place.field.options.get("currency") or "CNY" for place in places.values() if place.kind == "money"}
    if len(currencies) > 1:
        raise FormulaError("currencies", 0)
    if tree.type in {"empty", ""}:
        raise FormulaError("no_result", 0)
    if tree.type == "choice":
        labels = tuple(sorted((key, str(label)) for key, label in places[str(tree.value)].source().labels.items()))
        tree = Node("label", (tree,), labels, tree.at, "text")
    names = list(places)
    return numbered(tree, names), list(places.values())


def numbered(node: Node, names: list[str]) -> Node:
    if node.op == "field":
        return replace(node, op="input", value=names.index(str(node.value)), at=0)
    return replace(node, args=tuple(numbered(argument, names) for argument in node.args), at=0)
