"""The vendored browser libraries are what VERSIONS.json says, and the colours are readable."""

from __future__ import annotations

import importlib.util
import re
from itertools import product
from pathlib import Path

import pytest

from zhike.web.style_sheets import SHEETS

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "zhike/web/static/css"
GROUNDS = ("page", "canvas", "raised", "hover")
TONES = ("grey", "blue", "green", "amber", "red", "purple", "teal", "pink", "orange", "indigo")


def test_every_style_sheet_is_linked_once_a_page() -> None:
    present = {path.stem for path in CSS.glob("*.css")}

    assert {sheet for group in SHEETS.values() for sheet in group} == present - {"dark"}
    assert all(len(set(group)) == len(group) for group in SHEETS.values())


def test_vendored_files_match_their_checksums() -> None:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "scripts/vendor.py")
    assert spec
    assert spec.loader
    vendor = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(vendor)

    assert vendor.mismatches() == []


def colours(sheet: str) -> dict[str, str]:
    """Custom properties of a sheet that are colours, as six hexadecimal digits."""
    text = (CSS / sheet).read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("sheet", ["tokens.css", "dark.css"])
def test_text_stands_out_from_every_ground_by_4_5(sheet: str) -> None:
    tokens = colours(sheet)
    pairs = [*product(("ink", "ink-2", "ink-3", "accent-ink", "red-ink"), GROUNDS)]
    pairs += [(f"{tone}-ink", ground) for tone in TONES for ground in (f"{tone}-soft", *GROUNDS)]
    pairs += [
        ("accent-ink", "accent-soft"),
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("ink", "accent-soft"),
    ]

    weak = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("sheet", ["tokens.css", "dark.css"])
def test_borders_of_controls_and_focus_stand_out_by_3(sheet: str) -> None:
    tokens = colours(sheet)
    pairs = [*product(("line-control", "focus"), ("page", "raised", "canvas"))]

    weak = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}
