"""One written form for width, case, traditional characters and white space."""

from __future__ import annotations

from zhike.lib.normalise import narrow, normalised, simplified


def test_width_case_script_and_space_no_longer_matter() -> None:
    assert normalised("　ＡＢＣ　軟體\n公司 ") == "abc 软体 公司"


def test_a_piece_of_a_text_is_written_as_in_the_whole() -> None:
    assert normalised("乾隆軟體")[0] == normalised("乾")


def test_ascii_stays_as_it_is_but_for_case() -> None:
    assert normalised("  Hello   World ") == "hello world"
    assert narrow("２０２４－０５") == "2024-05"
    assert simplified("Zhang 張") == "Zhang 张"
