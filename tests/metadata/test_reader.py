"""A column's texts are read once each, and no two records share a list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from zhike.metadata.actor import SYSTEM
from zhike.metadata.checking import reader
from zhike.metadata.errors import Problem
from zhike.metadata.fields.base import Context, Field, ValueRefused
from zhike.metadata.fields.phone import PhoneType
from zhike.metadata.fields.text import TextType

CONTEXT = Context(actor=SYSTEM, now=datetime(2026, 11, 22, tzinfo=UTC), timezone=UTC)


class Counting(TextType):
    """Counts how often it is asked."""

    asked = 0

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        Counting.asked += 1
        if raw == "坏":
            raise ValueRefused("bad", "bad")
        return super().parse(raw, field, context)


def test_a_text_that_repeats_is_read_once_and_refused_alike() -> None:
    read = reader(Field("source", Counting(), "来源"), CONTEXT)
    assert [read(raw) for raw in ("展会 ", "展会 ", "", None)] == ["展会", "展会", None, None]
    problems = [read("坏"), read("坏")]
    assert all(type(problem) is Problem and problem.code == "bad" for problem in problems)
    assert Counting.asked == 2


def test_numbers_are_not_taken_for_each_other() -> None:
    read = reader(Field("note", TextType(), "备注"), CONTEXT)
    assert [read(raw) for raw in (1, 1.0, "1")] == ["1", "1", "1"]
    assert type(read(True)) is Problem


def test_each_record_has_a_list_of_its_own() -> None:
    read = reader(Field("phones", PhoneType(), "手机"), CONTEXT)
    first, second = read("13800001234"), read("13800001234")
    assert first == second == ["+8613800001234"]
    assert first is not second
