"""From the text of a formula to its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from zhike.lib.formula.errors import FormulaError

LONGEST = 1_000
MOST_NODES = 150
MOST_LEVELS = 40
#: Signs as Chinese keyboards write them.
WIDE = str.maketrans("（），＋－×＊÷／＝＜＞＆｛｝“”．", '(),+-**//=<>&{}"".')
TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<number>\d{1,15}(\.\d{1,10})?)|(?P<text>"[^"]*"|'[^']*')|(?P<field>\{[^{}]*\})
    |(?P<sign><>|!=|<=|>=|[-+*/&=<>(),≤≥≠])|(?P<name>[^\W\d]\w*(\.[^\W\d]\w*)?)""",
    re.VERBOSE,
)
SAME = {"!=": "<>", "≠": "<>", "≤": "<=", "≥": ">="}
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
WORDS = {"yes": ("boolean", True), "true": ("boolean", True), "no": ("boolean", False), "false": ("boolean", False),
         "empty": ("empty", None)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One operation on its arguments; ``type`` is "" until the formula is checked."""

    op: str
    args: tuple[Node, ...] = ()
    value: object = None
    at: int = 0
    type: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int


def tokens(source: str) -> Iterator[Token]:
    """The words and signs of the formula, spaces left out."""
    place = 0
    # Inside quotes everything is as it was written.
    plain = source.translate(WIDE)
    while place < len(plain):
        found = TOKEN.match(plain, place)
        if found is None:
            raise FormulaError("sign", place, source[place])
        kind = str(found.lastgroup)
        if kind != "space":
            text = source[place : found.end()] if kind in {"text", "field"} else found.group()
            yield Token(kind, SAME.get(text, text), place)
        place = found.end()
    yield Token("end", "", len(source))


@lru_cache(maxsize=1_000)
def read(source: str) -> Node:
    """The tree of a formula; raises FormulaError."""
    if len(source) > LONGEST:
        raise FormulaError("too_long", LONGEST)
    reader = _Reader(list(tokens(source)))
    node = reader.disjunction()
    if reader.token.kind != "end":
        raise FormulaError("unexpected", reader.token.at, reader.token.text)
    return node


def fields(node: Node) -> Iterator[Node]:
    """The nodes that name fields, in the order of the text."""
    if node.op == "field":
        yield node
    for argument in node.args:
        yield from fields(argument)


def renamed(source: str, names: dict[str, str]) -> str:
    """The formula with field names (as written, without braces) replaced by others, in braces."""
    parts, place = [], 0
    listed = list(tokens(source))
    for token, following in pairwise(listed):
        is_call = following.text == "(" or token.text.lower() in {*WORDS, "and", "or", "not"}
        if token.kind == "field" or (token.kind == "name" and not is_call):
            name = bare(token)
            parts += [source[place : token.at], "{" + names.get(name, name) + "}"]
            place = token.at + len(token.text)
    return "".join(parts) + source[place:]


def bare(token: Token) -> str:
    """The name of a field as written, without braces."""
    return token.text[1:-1].strip() if token.kind == "field" else token.text


class _Reader:
    """Descends through the grammar, one token ahead."""

    def __init__(self, listed: list[Token]) -> None:
        self.listed = listed
        self.place = 0
        self.nodes = 0
        self.level = 0

    @property
    def token(self) -> Token:
        return self.listed[self.place]

    def take(self, *texts: str) -> Token | None:
        """The token if it is one of these signs or words."""
        found = self.token
        if found.kind in {"sign", "name"} and found.text.lower() in texts:
            self.place += 1
            return found
        return None

    def node(self, op: str, args: tuple[Node, ...], at: int, value: object = None, type: str = "") -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise FormulaError("too_long", at)
        return Node(op, args, value, at, type)

    def disjunction(self) -> Node:
        self.level += 1
        if self.level > MOST_LEVELS:
            raise FormulaError("too_deep", self.token.at)
        left = self.conjunction()
        while sign := self.take("or"):
            left = self.node("or", (left, self.conjunction()), sign.at)
        self.level -= 1
        return left

    def conjunction(self) -> Node:
        left = self.negation()
        while sign := self.take("and"):
            left = self.node("and", (left, self.negation()), sign.at)
        return left

    def negation(self) -> Node:
        turns = []
        while sign := self.take("not"):
            turns.append(sign.at)
        found = self.comparison()
        for at in reversed(turns):
            found = self.node("not", (found,), at)
        return found

    def comparison(self) -> Node:
        left = self.joined()
        sign = self.take(*COMPARISONS)
        return left if sign is None else self.node(sign.text, (left, self.joined()), sign.at)

    def joined(self) -> Node:
        left = self.sum()
        while sign := self.take("&"):
            left = self.node("&", (left, self.sum()), sign.at)
        return left

    def sum(self) -> Node:
        left = self.product()
        while sign := self.take("+", "-"):
            left = self.node(sign.text, (left, self.product()), sign.at)
        return left

    def product(self) -> Node:
        left = self.signed()
        while sign := self.take("*", "/"):
            left = self.node(sign.text, (left, self.signed()), sign.at)
        return left

    def signed(self) -> Node:
        turns = []
        while sign := self.take("-"):
            turns.append(sign.at)
        found = self.atom()
        for at in reversed(turns):
            found = self.node("neg", (found,), at)
        return found

    def atom(self) -> Node:
        token = self.token
        if self.take("("):
            found = self.disjunction()
            self.expect(")")
            return found
        self.place += 1
        match token.kind:
            case "number":
                return self.node("literal", (), token.at, Decimal(token.text), "number")
            case "text":
                if not token.text.isprintable():
                    raise FormulaError("sign", token.at)
                return self.node("literal", (), token.at, token.text[1:-1], "text")
            case "field":
                return self.node("field", (), token.at, bare(token))
            case "name":
                return self.named(token)
        raise FormulaError("ends" if token.kind == "end" else "unexpected", token.at, token.text)

    def named(self, token: Token) -> Node:
        word = token.text.lower()
        if self.token.text == "(":
            self.place += 1
            return self.node(f"{word}()", self.arguments(), token.at)
        if word in WORDS:
            kind, value = WORDS[word]
            return self.node("literal", (), token.at, value, kind)
        return self.node("field", (), token.at, token.text)

    def arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        if self.take(")"):
            return ()
        while True:
            found.append(self.disjunction())
            if not self.take(","):
                break
        self.expect(")")
        return tuple(found)

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise FormulaError("missing", self.token.at, text)
