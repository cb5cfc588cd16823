"""A formula as SQL of PostgreSQL: every operation as ``lib/formula/working_out.py`` means it, in exact numerics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from zhike.lib.formula.reading import COMPARISONS, Node
from zhike.lib.formula.working_out import DECIMALS, LARGEST, LONGEST_TEXT, QUOTIENT

TEXT = '({0})::text COLLATE "C"'
#: Kind of field → its column or JSON value as a value of a formula; ``{minor}`` is the unit of its currency.
READ: dict[str, str] = {
    **dict.fromkeys(("text", "long_text", "url", "email", "auto_number", "choice"), TEXT),
    "integer": "({0})::numeric",
    "decimal": "({0})::numeric",
    "percent": "(({0})::numeric * 0.01)",
    "money": "(({0})::numeric * {minor})",
    "date": "({0})::date",
    "datetime": "((({0})::timestamptz AT TIME ZONE {zone})::date)",
    "boolean": "({0})::boolean",
}
CASTS = {
    "number": "numeric",
    "money": "numeric",
    "text": 'text COLLATE "C"',
    "date": "date",
    "boolean": "boolean",
    "choice": "text",
    "empty": "text",
}
ZERO_WITH_DECIMALS = f"0.{'0' * QUOTIENT}"

ARITHMETIC: dict[str, str] = {
    "neg": "(-{0})",
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": f"round({{0}} * {{1}}, {DECIMALS})",
    "/": f"round(round(({{0}} + {ZERO_WITH_DECIMALS}) / NULLIF({{1}}, 0), {QUOTIENT}), {DECIMALS})",
    "abs()": "abs({0})",
    "days()": "(-({0} - {1}))::numeric",
    "year()": "extract(year FROM {0})::numeric",
    "month()": "extract(month FROM {0})::numeric",
    "day()": "extract(day FROM {0})::numeric",
    "and": "(COALESCE({0}, false) AND COALESCE({1}, false))",
    "or": "(COALESCE({0}, false) OR COALESCE({1}, false))",
    "not": "(NOT COALESCE({0}, false))",
    "if()": "(CASE WHEN COALESCE({0}, false) THEN {1} ELSE {2} END)",
    "len()": "COALESCE(char_length({0}), 0)::numeric",
    "<>": "(NOT COALESCE({0} = {1}, false))",
    **{sign: f"COALESCE({{0}} {sign} {{1}}, false)" for sign in COMPARISONS if sign != "<>"},
}
#: A day of the calendar of years 1 to 9999, or nothing; the database would stop at what lies outside of its own.
DAY = "(CASE WHEN (a - DATE '0001-01-01') {sign} trunc(b) BETWEEN 0 AND 3652058 THEN a {sign} trunc(b)::integer END)"


class Writer:
    """Writes the SQL of one formula; literals become parameters, in the order of the text."""

    def __init__(self, columns: list[str], today: date) -> None:
        self.columns = columns
        self.today = today
        self.params: list[Any] = []

    def sql(self, node: Node, wanted: str = "") -> str:
        """The value of the node; ``wanted`` is the kind that nothing at all should have here."""
        if node.op == "literal":
            return self.literal(node.value, wanted or node.type if node.type == "empty" else node.type)
        if node.op == "input":
            return self.columns[int(str(node.value))]
        if node.op == "today()":
            return self.literal(self.today, "date")
        if node.op in {"date+", "date-"}:
            return self.day(node)
        if node.op in FUNCTIONS:
            return FUNCTIONS[node.op](self, node)
        kind = next((argument.type for argument in node.args if argument.type not in {"empty", "boolean"}), "boolean")
        default = node.type if node.op == "if()" else "boolean" if node.op in {"and", "or", "not"} else kind
        args = [self.sql(argument, default) for argument in node.args]
        return ARITHMETIC[node.op].format(*args)

    def literal(self, value: Any, kind: str) -> str:
        if value is None:
            return f"NULL::{CASTS[kind].partition(' ')[0]}"
        if isinstance(value, bool):
            return "true" if value else "false"
        self.params.append(str(value) if isinstance(value, Decimal | date) else value)
        return f"(%s)::{CASTS[kind]}"

    def day(self, node: Node) -> str:
        """A day so many days on; its arguments have names, so that each is written once."""
        sign = node.op[-1]
        day, days = (
            f"(SELECT {self.sql(argument, kind)})" for argument, kind in zip(node.args, ("date", "number"), strict=True)
        )
        return f"(SELECT {DAY.format(sign=sign)} FROM (SELECT {day} AS a, {days} AS b) AS days)"

    def text(self, node: Node) -> str:
        """Any value as text, nothing as empty text."""
        found = self.sql(node, "text")
        if node.type in {"number", "money"}:
            found = f"trim_scale({found})::text"
        elif node.type == "date":
            found = f"to_char({found}, 'YYYY-MM-DD')"
        return f"COALESCE({found}, '')"

    def joined(self, node: Node) -> str:
        return "(" + " || ".join(self.text(argument) for argument in node.args) + ')::text COLLATE "C"'

    def several(self, name: str) -> Callable[[Node], str]:
        def write(node: Node) -> str:
            return f"{name}({', '.join(self.sql(argument, node.type) for argument in node.args)})"

        return write

    def coalesced(self, node: Node) -> str:
        parts = [self.sql(argument, node.type) for argument in node.args]
        given = [f"NULLIF({part}, '')" for part in parts] if node.type == "text" else parts
        return f"COALESCE({', '.join(given)})"

    def empty(self, node: Node) -> str:
        (argument,) = node.args
        found = self.sql(argument, "text")
        return (
            f"(NULLIF({found}, '') IS NULL)" if argument.type in {"text", "choice", "empty"} else f"(({found}) IS NULL)"
        )

    def rounded(self, node: Node) -> str:
        return f"round({self.sql(node.args[0], 'number')}, {int(str(node.value))})"

    def part(self, name: str) -> Callable[[Node], str]:
        def write(node: Node) -> str:
            return f'{name}({self.sql(node.args[0], "text")}, {int(str(node.value))})::text COLLATE "C"'

        return write

    def label(self, node: Node) -> str:
        labels: Any = node.value
        found = self.sql(node.args[0])
        if not labels:
            return found
        cases = ""
        for key, label in labels:
            self.params += [key, label]
            cases += " WHEN (%s)::text THEN (%s)::text"
        return f'(SELECT (CASE a{cases} ELSE a END)::text COLLATE "C" FROM (SELECT {found} AS a) AS labels)'


FUNCTIONS: dict[str, Callable[[Writer, Node], str]] = {
    "&": Writer.joined,
    "concat()": Writer.joined,
    "min()": lambda writer, node: writer.several("LEAST")(node),
    "max()": lambda writer, node: writer.several("GREATEST")(node),
    "coalesce()": Writer.coalesced,
    "isempty()": Writer.empty,
    "round()": Writer.rounded,
    "left()": lambda writer, node: writer.part("left")(node),
    "right()": lambda writer, node: writer.part("right")(node),
    "label": Writer.label,
}


def column(kind: str, minor: int, place: int, sql: str) -> str:
    """An input as a value of a formula, under the name by which the formula knows it."""
    zone = "'" + settings.TIME_ZONE.replace("'", "") + "'"
    return f"{READ[kind].format(sql, minor=f'{Decimal(1).scaleb(-minor):f}', zone=zone)} AS i{place}"


def finish(found: str, kind: str, decimals: int, minor: int) -> str:
    """The result as a field holds it, see ``working_out.finished``."""
    if kind in {"number", "money"}:
        result = "numeric" if decimals else "bigint"
        value = f"round({found} * {10**minor}, {decimals})"
        return f"(SELECT (CASE WHEN abs(r) < {LARGEST:f} THEN r END)::{result} FROM (SELECT {value} AS r) AS done)"
    if kind == "text":
        return f"NULLIF(left({found}, {LONGEST_TEXT}), '')"
    return found
