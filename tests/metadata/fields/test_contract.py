"""What every kind of field keeps: round trips, schema, faces and refusals."""

from __future__ import annotations

from html.parser import HTMLParser
from random import Random
from typing import Any

import jsonschema_rs
import orjson
import pytest
from django.http import QueryDict

from tests.metadata.fields.samples import context, every_field, field
from zhike.metadata.fields import FIELD_TYPES, field_type
from zhike.metadata.fields.base import Field, Operator, ValueRefused

EVERY = pytest.mark.parametrize("any_field", every_field(), ids=[*FIELD_TYPES])
VOID = {"input", "br"}
NASTY: list[Any] = [
    "\x00", "a\x00b", "\ud800", "x" * 200_000, "<script>alert(1)</script>", float("nan"), float("inf"), -(10**40), 10**40,
    True, False, [], {}, [[]], [{}], {"a": 1}, [None], object, b"bytes", "１２３", "²", "٣", "1e999", "0x10", "NaN", "∞", -1, 0.1,
]  # fmt: skip


class Balanced(HTMLParser):
    """Fails on tags that do not close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def values_of(any_field: Field, count: int = 30) -> list[Any]:
    rng = Random(5)
    return [any_field.type.sample(any_field, rng) for _ in range(count)]


@EVERY
def test_every_kind_says_what_it_is(any_field: Field) -> None:
    kind = any_field.type
    assert str(kind.label)
    assert kind.icon
    assert kind.operators
    assert all(isinstance(operator, Operator) and str(operator.label) for operator in kind.operators)
    assert len({operator.key for operator in kind.operators}) == len(kind.operators)


@EVERY
def test_samples_are_the_same_for_the_same_seed_and_pass_parse(any_field: Field) -> None:
    assert values_of(any_field) == values_of(any_field)
    for value in values_of(any_field):
        assert any_field.type.parse(any_field.type.to_json(value, any_field), any_field, context()) == value


@EVERY
def test_json_values_round_trip_through_text_and_satisfy_the_schema(any_field: Field) -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **any_field.type.schema(any_field)}
    validator = jsonschema_rs.Draft202012Validator(schema)
    for value in values_of(any_field):
        told = orjson.loads(orjson.dumps(any_field.type.to_json(value, any_field)))
        validator.validate(told)
        assert any_field.type.from_json(told, any_field) == value
    validator.validate(None)


@EVERY
def test_required_fields_refuse_null_in_their_schema(any_field: Field) -> None:
    schema = any_field.type.schema(any_field.with_changes(required=True))
    assert not jsonschema_rs.Draft202012Validator(schema).is_valid(None)


@EVERY
def test_what_the_form_shows_parses_back(any_field: Field) -> None:
    for value in values_of(any_field):
        text = any_field.type.edit_text(value, any_field, context())
        assert any_field.type.parse(text, any_field, context()) == value


@EVERY
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_faces_are_balanced_html_with_and_without_a_value(any_field: Field, language: str) -> None:
    seen = context(
        language,
        labels={(t, n): (f"<b>{n}", f"/o/x/{n}/") for t in ("user", "customer", "tag", "file") for n in range(10)},
    )
    for value in [None, *values_of(any_field, 5)]:
        for html in (
            any_field.type.cell(value, any_field, seen),
            any_field.type.widget(value, any_field, seen, name="f", attrs='id="f" aria-describedby="h"'),
        ):
            reader = Balanced()
            reader.feed(html)
            reader.close()
            assert reader.open == []
            assert "<b>" not in html
    widget = any_field.type.widget(None, any_field, seen, name="f", attrs='id="f"')
    assert widget.count('id="f"') == 1


@EVERY
def test_nothing_is_parsed_to_nothing(any_field: Field) -> None:
    nothing: list[Any] = [None, "", "  ", [], {}]
    for raw in nothing:
        assert any_field.type.parse(raw, any_field, context()) is None
    assert any_field.type.text(None, any_field, context()) == ""
    assert any_field.type.edit_text(None, any_field, context()) == ""


@EVERY
@pytest.mark.parametrize("raw", NASTY, ids=lambda raw: repr(raw)[:20])
def test_nonsense_is_refused_or_read_but_never_an_error(any_field: Field, raw: Any) -> None:
    value = refusal = None
    try:
        value = any_field.type.parse(raw, any_field, context())
    except ValueRefused as refused:
        refusal = refused
    assert refusal is None or (refusal.code and str(refusal.message))
    told = orjson.dumps(any_field.type.to_json(value, any_field))
    assert any_field.type.from_json(orjson.loads(told), any_field) == value


@EVERY
@pytest.mark.parametrize(
    "operand", [*NASTY, None, "", {"relative": "nonsense"}, {"relative": ["x"]}, ["a", "b"], [[1], [2]]]
)
def test_every_comparison_takes_or_refuses_any_operand(any_field: Field, operand: Any) -> None:
    refusals = []
    for operator in any_field.type.operators:
        try:
            any_field.type.condition(operator.key, operand, any_field, context())
        except ValueRefused as refused:
            refusals.append(refused)
    assert all(refusal.code and str(refusal.message) for refusal in refusals)


@EVERY
def test_unknown_comparisons_are_refused(any_field: Field) -> None:
    with pytest.raises(ValueRefused) as refused:
        any_field.type.condition("sql_injection", 1, any_field, context())
    assert refused.value.code == "operator_unknown"


@EVERY
def test_masks_hide_the_value_and_can_be_shown(any_field: Field) -> None:
    for value in values_of(any_field, 5):
        masked = any_field.type.mask(value, any_field)
        assert masked != value
        assert str(any_field.type.masked_cell(masked))


@EVERY
def test_a_submitted_widget_gives_the_value_back(any_field: Field) -> None:
    for value in values_of(any_field, 10):
        html = any_field.type.widget(value, any_field, context(), name="f", attrs="")
        raw = any_field.type.from_form(QueryDict("&".join(Controls.read(html))), "f")
        assert any_field.type.parse(raw, any_field, context()) == value


def is_sent(told: dict[str, str]) -> bool:
    return told.get("type") not in {"checkbox", "radio"} or "checked" in told


class Controls(HTMLParser):
    """Collects what a browser would send for a piece of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.select = ""
        self.template = 0
        self.textarea: str | None = None

    @classmethod
    def read(cls, html: str) -> list[str]:
        reader = cls()
        reader.feed(html)
        query = QueryDict(mutable=True)
        for name, value in reader.pairs:
            query.appendlist(name, value)
        return [query.urlencode()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "template":
            self.template += 1
        elif tag == "select":
            self.select = told["name"]
        elif tag == "textarea":
            self.textarea = told["name"]
        elif tag == "option" and "selected" in told:
            self.pairs.append((self.select, told["value"]))
        elif tag == "input" and "name" in told and not self.template and is_sent(told):
            self.pairs.append((told["name"], told["value"]))

    def handle_endtag(self, tag: str) -> None:
        self.template -= tag == "template"
        if tag == "textarea":
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.pairs.append((self.textarea, data.removeprefix("\n")))


def test_choice_widgets_offer_retired_values_only_to_records_that_have_them() -> None:
    states = field("choice")
    assert "旧值" not in field_type("choice").widget("open", states, context(), name="f")
    assert "旧值" in field_type("choice").widget("old", states, context(), name="f")
