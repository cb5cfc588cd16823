"""Translations are compiled when they are stale, and only then, into one file a language."""

from __future__ import annotations

import gettext
from pathlib import Path

from django.conf import settings
from django.utils.translation import override, trans_real

from zhike.config import messages

ENTRY = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "{}"\nmsgstr "{}"\n'
MOST_FILES = 5


def write(root: Path, app: str, english: str, chinese: str) -> Path:
    source = root / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(ENTRY.format(english, chinese), "utf-8")
    return source


def test_a_changed_source_is_compiled_anew_with_all_others_of_its_language(tmp_path: Path) -> None:
    write(tmp_path, "sales", "order", "订单")
    messages.compile_stale(tmp_path)
    source = write(tmp_path, "people", "customer", "客户")
    left_over = source.with_suffix(".mo")
    left_over.write_bytes(b"as it was compiled formerly")

    assert messages.compile_stale(tmp_path) == [source]
    assert messages.compile_stale(tmp_path) == []

    compiled = gettext.translation("django", tmp_path / messages.COMPILED, languages=["zh_Hans"])
    assert [compiled.gettext(text) for text in ("customer", "order")] == ["客户", "订单"]
    assert not left_over.exists()


def test_a_text_is_looked_up_in_few_files() -> None:
    assert [messages.PACKAGE / messages.COMPILED] == settings.LOCALE_PATHS
    with override("zh-hans"):
        assert len(trans_real.catalog()._catalog._catalogs) <= MOST_FILES


def test_packages_do_not_translate_the_same_text_differently() -> None:
    said: dict[tuple[str, str, str], set[str]] = {}
    for source in messages.sources():
        for message in messages.catalog(source):
            if message.id:
                key = (messages.language_of(source), message.context or "", str(message.id))
                said.setdefault(key, set()).add(str(message.string))
    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}
