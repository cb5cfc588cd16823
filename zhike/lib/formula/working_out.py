"""What a formula gives for given values: the meaning of the language, to which the SQL is held.

Values are Decimal, str, date, bool or None. Arithmetic with nothing gives nothing, and so does division by zero; a comparison
is yes or no, never unknown; text joins as if nothing were empty text. Products and quotients are rounded half up to ten decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from zhike.lib.formula.reading import Node

DECIMALS = 10
#: Digits that a quotient has before it is rounded, as the database computes it.
QUOTIENT = 20
#: Results from here on are nothing: neither JSON nor SQLite would keep their digits.
LARGEST = Decimal(10) ** 15
EXACT = Context(prec=5_000, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)
LONGEST_TEXT = 2_000


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half away from zero, as both databases round numbers of this kind."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)


def written(value: Any) -> str:
    """A value as text: numbers without trailing zeros, days as 2024-05-01."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize(EXACT):f}" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def add(left: Decimal, right: Decimal) -> Decimal:
    return EXACT.add(left, right)


def multiply(left: Decimal, right: Decimal) -> Decimal:
    return rounded(EXACT.multiply(left, right), DECIMALS)


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    if not right:
        return None
    top, below = (left.as_integer_ratio(), right.as_integer_ratio())
    numerator, denominator = top[0] * below[1] * 10**QUOTIENT, top[1] * below[0]
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    whole = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return rounded(EXACT.scaleb(Decimal(sign * whole), -QUOTIENT), DECIMALS)


def day_after(day: date, days: Decimal) -> date | None:
    """The day so many whole days on; nothing outside of the calendar."""
    try:
        return day + timedelta(days=int(days))
    except OverflowError:
        return None


def day_before(day: date, days: Decimal) -> date | None:
    return day_after(day, -days)


COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
#: Operations that give nothing when any argument is nothing.
STRICT: dict[str, Callable[..., Any]] = {
    "neg": EXACT.minus,
    "+": add,
    "-": EXACT.subtract,
    "*": multiply,
    "/": divide,
    "abs()": EXACT.abs,
    "date+": day_after,
    "date-": day_before,
    "days()": lambda start, end: Decimal((end - start).days),
    "year()": lambda day: Decimal(day.year),
    "month()": lambda day: Decimal(day.month),
    "day()": lambda day: Decimal(day.day),
}
#: Operations that see nothing as such.
LENIENT: dict[str, Callable[..., Any]] = {
    "&": lambda *parts: "".join(map(written, parts)),
    "concat()": lambda *parts: "".join(map(written, parts)),
    "min()": lambda *parts: min((part for part in parts if part is not None), default=None),
    "max()": lambda *parts: max((part for part in parts if part is not None), default=None),
    "coalesce()": lambda *parts: next((part for part in parts if part not in {None, ""}), None),
    "isempty()": lambda part: part is None or part == "",
    "len()": lambda text: Decimal(len(text or "")),
    "and": lambda left, right: bool(left) and bool(right),
    "or": lambda left, right: bool(left) or bool(right),
    "not": lambda value: not value,
    "if()": lambda condition, yes, no: yes if condition else no,
}


def work_out(node: Node, values: Sequence[Any], today: date) -> Any:
    """The value of a checked formula whose fields are numbered (``input``) into ``values``."""
    match node.op:
        case "literal":
            return node.value
        case "input":
            return values[int(str(node.value))]
        case "today()":
            return today
    args = [work_out(argument, values, today) for argument in node.args]
    return _worked(node, args)


def _worked(node: Node, args: list[Any]) -> Any:
    if node.op in COMPARED:
        return None not in args and COMPARED[node.op](*args)
    if node.op == "<>":
        return None in args or args[0] != args[1]
    if node.op in LENIENT:
        return LENIENT[node.op](*args)
    if args[0] is None or None in args:
        return None
    if node.op in STRICT:
        return STRICT[node.op](*args)
    return _counted(node, args[0])


def _counted(node: Node, value: Any) -> Any:
    """Operations whose second argument stands in the node."""
    found: Any = node.value
    match node.op:
        case "round()":
            return rounded(value, found)
        case "left()":
            return value[:found]
        case "right()":
            return value[-found:] if found else ""
    return dict(found).get(value, value)


def finished(value: Any, decimals: int, minor: int = 0) -> Any:
    """The result as a field holds it: rounded to its decimals, nothing where it is too large or empty text.

    ``minor`` decimals of a currency turn an amount into whole minor units.
    """
    if isinstance(value, Decimal):
        result = EXACT.add(rounded(EXACT.scaleb(value, minor), decimals), Decimal(0))
        return None if abs(result) >= LARGEST else result
    if isinstance(value, str):
        return value[:LONGEST_TEXT] or None
    return value
