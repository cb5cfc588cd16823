"""Several things and several sentences in one line, in either language."""

from __future__ import annotations

import pytest
from django.utils import translation

from zhike.lib.enumeration import enumerated, sentences


@pytest.mark.parametrize(
    ("language", "wanted"), [("zh-hans", "张建国、李明"), ("en", "张建国, 李明"), (None, "张建国, 李明")]
)
def test_parts_are_separated_as_the_language_does_it(language: str | None, wanted: str) -> None:
    with translation.override(language):
        assert enumerated(["张建国", "李明"]) == wanted


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        (["风险分 80。", "欠账：42 分", ""], "风险分 80。欠账：42 分"),
        (["真的吗？", "是！", "好。"], "真的吗？是！好。"),
        (["Score 80.", "Debt: 42"], "Score 80. Debt: 42"),
        ([], ""),
    ],
)
def test_a_space_follows_a_half_width_stop_alone(parts: list[str], wanted: str) -> None:
    assert sentences(parts) == wanted
