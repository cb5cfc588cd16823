"""Which style sheets a page links, in order: each by itself while developing, one bundle where static files are collected."""

from __future__ import annotations

from collections.abc import Mapping

#: What every page needs, sign-in and errors included.
GROUND = ("tokens", "base", "button", "badge", "form", "controls")
#: ``tones`` comes late so that its tints win, ``print`` last.
SHEETS: Mapping[str, tuple[str, ...]] = {
    "door": (*GROUND, "door", "tones"),
    "public": (*GROUND, "public", "tones"),
    "inside": (
        *GROUND,
        "shell",
        "rail",
        "bottom_bar",
        "places",
        "menu",
        "dialog",
        "toast",
        "list",
        "table",
        "filter",
        "bulk",
        "empty",
        "search",
        "picker",
        "lines",
        "record",
        "facts",
        "related",
        "timeline",
        "story",
        "composer",
        "board",
        "deals",
        "work",
        "settings",
        "calendar",
        "dates",
        "approval",
        "pool",
        "data",
        "duplicates",
        "cards",
        "tiers",
        "quality",
        "collection",
        "reviews",
        "tones",
        "print",
    ),
}


def bundle_path(name: str) -> str:
    """Where the bundle of a group stands among the static files."""
    return f"css/bundle-{name}.css"


def sheet_paths(name: str) -> list[str]:
    """The sheets of a group among the static files."""
    return [f"css/{sheet}.css" for sheet in SHEETS[name]]
