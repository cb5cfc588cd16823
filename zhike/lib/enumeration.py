"""Several things in one line, separated as the reader's language does it: 张建国、李明 or Anna, Ben."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

#: What ends a Chinese sentence brings its own space along.
FULL_WIDTH_STOPS = ("。", "！", "？", "；", "：")


def separator(language: str | None) -> str:
    """What stands between the parts in a language."""
    return "、" if (language or "").startswith("zh") else ", "


def enumerated(parts: Iterable[object]) -> str:
    """The parts in one line, in the active language."""
    return separator(get_language()).join(str(part) for part in parts)


def sentences(parts: Iterable[object]) -> str:
    """Sentences one after the other; behind a full-width stop there is no space."""
    said = ""
    for part in parts:
        if text := str(part).strip():
            said += f"{'' if not said or said.endswith(FULL_WIDTH_STOPS) else ' '}{text}"
    return said
