"""The kinds of values in a formula: number, money, text, date, boolean; what goes together, and what comes out.

A choice is text that compares with its own keys and labels alone. ``empty`` goes with every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field, replace
from datetime import date
from decimal import Decimal

from zhike.lib.formula.errors import FormulaError
from zhike.lib.formula.reading import COMPARISONS, Node

NUMBERS = {"number", "money"}
MOST_DECIMALS = 6
LONGEST_PART = 500


@dataclass(frozen=True, slots=True)
class Source:
    """A field that a formula may name: the kind of its values, and for a choice its labels by key."""

    type: str
    labels: Mapping[str, str] = dataclass_field(default_factory=dict)


def checked(node: Node, sources: Callable[[Node], Source]) -> Node:
    """The tree with the kind of each node; ``sources`` tells of the field that a node names. Raises FormulaError."""
    if node.op == "field":
        return replace(node, type=sources(node).type)
    args = tuple(checked(argument, sources) for argument in node.args)
    found = replace(node, args=args)
    if node.op == "literal":
        return found
    if node.op in COMPARISONS:
        return compared(found, sources)
    rule = RULES.get(node.op)
    if rule is None:
        raise FormulaError("no_function", node.at, node.op.removesuffix("()"))
    plain = replace(found, args=tuple(labelled(argument, sources) for argument in args))
    if not rule.least <= len(args) <= rule.most:
        raise FormulaError("arguments", node.at, node.op.removesuffix("()").upper())
    if args and all(argument.type == "empty" for argument in args) and node.op != "isempty()":
        raise kind_error(node)
    done = rule.check(plain)
    if done.type == "empty":
        raise kind_error(node)
    return done


def labelled(node: Node, sources: Callable[[Node], Source]) -> Node:
    """A choice as the text of its label; anything else as it is."""
    if node.type != "choice":
        return node
    labels = tuple(sorted((key, str(label)) for key, label in sources(node).labels.items()))
    return Node("label", (node,), labels, node.at, "text")


def kind_error(node: Node) -> FormulaError:
    return FormulaError("kind", node.at, node.op.removesuffix("()").upper())


def unified(node: Node, args: tuple[Node, ...]) -> str:
    """The one kind of all arguments; numbers beside money are money."""
    kinds = {argument.type for argument in args} - {"empty"}
    if kinds == NUMBERS:
        return "money"
    if len(kinds) > 1:
        raise kind_error(node)
    return kinds.pop() if kinds else "empty"


def need(node: Node, *wanted: str) -> None:
    if any(argument.type not in {*wanted, "empty"} for argument in node.args):
        raise kind_error(node)


def compared(node: Node, sources: Callable[[Node], Source]) -> Node:
    """A comparison; a text beside a date is read as one, a text beside a choice must be one of its values."""
    left, right = node.args
    left, right = beside(left, right, sources), beside(right, left, sources)
    if left.type != right.type and "choice" in {left.type, right.type}:
        left, right = labelled(left, sources), labelled(right, sources)
    found = replace(node, args=(left, right), type="boolean")
    kind = unified(found, found.args)
    if kind == "empty":
        raise kind_error(node)
    if kind in {"boolean", "choice"} and node.op not in {"=", "<>"}:
        raise kind_error(node)
    return found


def beside(node: Node, other: Node, sources: Callable[[Node], Source]) -> Node:
    if node.op != "literal" or node.type != "text":
        return node
    text = str(node.value)
    if other.type == "date":
        try:
            return replace(node, value=date.fromisoformat(text), type="date")
        except ValueError:
            raise FormulaError("date", node.at, text) from None
    if other.type == "choice":
        labels = sources(other).labels
        key = text if text in labels else next((key for key, label in labels.items() if str(label) == text), None)
        if key is None:
            raise FormulaError("choice", node.at, text)
        return replace(node, value=key, type="choice")
    return node


# Rules ------------------------------------------------------------------------------------------------------------


def of_kind(kind: str, *wanted: str) -> Callable[[Node], Node]:
    """A rule whose arguments are all of some kinds, and whose result is of one."""

    def check(node: Node) -> Node:
        need(node, *wanted)
        return replace(node, type=kind)

    return check


def same(*wanted: str) -> Callable[[Node], Node]:
    """A rule whose result is of the kind of its arguments."""

    def check(node: Node) -> Node:
        need(node, *wanted)
        return replace(node, type=unified(node, node.args))

    return check


def added(node: Node) -> Node:
    left, right = (argument.type for argument in node.args)
    if left == "date" and right in {"number", "empty"}:
        return replace(node, op=f"date{node.op}", type="date")
    if node.op == "-" and left == "date" and right == "date":
        return replace(node, op="days()", args=node.args[::-1], type="number")
    need(node, *NUMBERS)
    return replace(node, type=unified(node, node.args))


def multiplied(node: Node) -> Node:
    need(node, *NUMBERS)
    if all(argument.type == "money" for argument in node.args):
        raise kind_error(node)
    return replace(node, type=unified(node, node.args))


def divided(node: Node) -> Node:
    need(node, *NUMBERS)
    top, bottom = (argument.type for argument in node.args)
    return replace(node, type="money" if top == "money" and bottom != "money" else "number")


def chosen(node: Node) -> Node:
    condition, *values = node.args
    if condition.type != "boolean":
        raise kind_error(node)
    if len(values) == 1:
        values.append(Node("literal", (), None, node.at, "empty"))
    return replace(node, args=(condition, *values), type=unified(node, tuple(values)))


def with_count(most: int, kind: str, *wanted: str) -> Callable[[Node], Node]:
    """A rule whose last argument is a whole number written out, which becomes the value of the node."""

    def check(node: Node) -> Node:
        first, *rest = node.args
        count = Decimal(0)
        if rest:
            if (
                rest[0].op != "literal"
                or not isinstance(rest[0].value, Decimal)
                or rest[0].value % 1
                or rest[0].value > most
            ):
                raise FormulaError("count", node.at, str(most))
            count = rest[0].value
        found = replace(node, args=(first,), value=int(count))
        need(found, *wanted)
        return replace(found, type=kind or first.type)

    return check


@dataclass(frozen=True, slots=True)
class Rule:
    check: Callable[[Node], Node]
    least: int = 2
    most: int = 2


WRITABLE = ("number", "money", "text", "date")
EVERY = (*WRITABLE, "boolean")
RULES: dict[str, Rule] = {
    "neg": Rule(same(*NUMBERS), 1, 1),
    "not": Rule(of_kind("boolean", "boolean"), 1, 1),
    "and": Rule(of_kind("boolean", "boolean")),
    "or": Rule(of_kind("boolean", "boolean")),
    "+": Rule(added),
    "-": Rule(added),
    "*": Rule(multiplied),
    "/": Rule(divided),
    "&": Rule(of_kind("text", *WRITABLE)),
    "if()": Rule(chosen, 2, 3),
    "round()": Rule(with_count(MOST_DECIMALS, "", *NUMBERS), 1, 2),
    "abs()": Rule(same(*NUMBERS), 1, 1),
    "min()": Rule(same(*NUMBERS, "date"), 1, 20),
    "max()": Rule(same(*NUMBERS, "date"), 1, 20),
    "coalesce()": Rule(same(*EVERY), 1, 20),
    "isempty()": Rule(of_kind("boolean", *EVERY), 1, 1),
    "today()": Rule(of_kind("date"), 0, 0),
    "days()": Rule(of_kind("number", "date")),
    "year()": Rule(of_kind("number", "date"), 1, 1),
    "month()": Rule(of_kind("number", "date"), 1, 1),
    "day()": Rule(of_kind("number", "date"), 1, 1),
    "len()": Rule(of_kind("number", "text"), 1, 1),
    "concat()": Rule(of_kind("text", *WRITABLE), 1, 20),
    "left()": Rule(with_count(LONGEST_PART, "text", "text")),
    "right()": Rule(with_count(LONGEST_PART, "text", "text")),
}
