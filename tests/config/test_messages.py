"""Translations are compiled when they are stale, and only then."""

from __future__ import annotations

import gettext
from pathlib import Path

from zhike.config import messages

ENTRY = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "customer"\nmsgstr "{}"\n'


def write(root: Path, chinese: str) -> Path:
    source = root / "app" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(ENTRY.format(chinese), "utf-8")
    return source


def test_a_changed_source_is_compiled_anew(tmp_path: Path) -> None:
    source = write(tmp_path, "客户")

    assert messages.compile_stale(tmp_path) == [source]
    assert messages.compile_stale(tmp_path) == []

    compiled = gettext.translation("django", tmp_path / "app" / "locale", languages=["zh_Hans"])
    assert compiled.gettext("customer") == "客户"
