"""Several things in one line, separated as the reader's language does it: 张建国、李明 or Anna, Ben."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language


def separator(language: str | None) -> str:
    """What stands between the parts in a language."""
    return "、" if (language or "").startswith("zh") else ", "


def enumerated(parts: Iterable[object]) -> str:
    """The parts in one line, in the active language."""
    return separator(get_language()).join(str(part) for part in parts)
