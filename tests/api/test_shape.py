"""Bodies are held to the schema that the document shows."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.api.openapi.definitions import FLOW_DEFINITION, QUALITY_RULES, TIER_DEFINITION
from zhike.api.shape import DEEPEST, shaped
from zhike.metadata.errors import Invalid

ITEM = {"key": "name", "weight": 1, "required": False, "hours": 0, "by": "owner"}
GROUP = {"kind": "company", "tier": "", "stale_days": None, "fields": [ITEM]}


def rules(**changed: Any) -> dict[str, Any]:
    return {"groups": [{**GROUP, "fields": [{**ITEM, **changed}]}]}


def test_a_body_of_the_right_shape_comes_back_as_it_was() -> None:
    assert shaped(rules(), QUALITY_RULES) == rules()


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ([], "", "wrong_type"),
        ({}, "groups", "required"),
        ({"groups": []}, "groups", "out_of_bounds"),
        ({"groups": [{**GROUP, "more": 1}]}, "groups.0.more", "unknown_field"),
        ({"groups": [{**GROUP, "kind": "cat"}]}, "groups.0.kind", "unknown_choice"),
        (rules(weight=True), "groups.0.fields.0.weight", "wrong_type"),
        (rules(weight=101), "groups.0.fields.0.weight", "out_of_bounds"),
        (rules(hours="1"), "groups.0.fields.0.hours", "wrong_type"),
        (rules(key="a\0"), "groups.0.fields.0.key", "bad_character"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(body: Any, place: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        shaped(body, QUALITY_RULES)
    assert refusal.value.problems[place][0].code == code


def test_text_that_is_not_written_as_it_should_be_is_refused() -> None:
    grades = [{"key": key, "label": "金", "label_en": ""} for key in ("gold", "1st")]
    with pytest.raises(Invalid) as refusal:
        shaped({"by": "rules", "grades": grades}, TIER_DEFINITION)
    assert list(refusal.value.problems) == ["grades.1.key"]


def test_what_lies_too_deep_is_refused_before_it_is_followed() -> None:
    nested: Any = {"field": "name"}
    for _level in range(900):
        nested = {"not": nested}
    with pytest.raises(Invalid) as refusal:
        shaped({"steps": [{"name": "", "who": [{"by": "manager"}], "when": nested}]}, FLOW_DEFINITION)
    [place] = refusal.value.problems
    assert place.count(".") == DEEPEST + 1
