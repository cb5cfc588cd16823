"""Compiles the translations of all packages into one file a language (.po to .mo) when a source is newer.

One file, because Django looks through the compiled files of all packages one after another for every text that it says: with
forty of them a page spent a tenth of its time on that.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent
#: Where the compiled files stand below a root; in ``LOCALE_PATHS``.
COMPILED = Path("config", "translations")


def sources(root: Path = PACKAGE) -> list[Path]:
    """All translation sources below ``root``, sorted."""
    return sorted(root.glob("**/locale/*/LC_MESSAGES/*.po"))


def compiled(language: str, root: Path = PACKAGE) -> Path:
    """The compiled file of a language."""
    return root / COMPILED / language / "LC_MESSAGES" / "django.mo"


def stale(root: Path = PACKAGE) -> list[Path]:
    """Sources that are newer than the compiled file of their language."""
    return [source for source in sources(root) if not is_fresh(source, root)]


def is_fresh(source: Path, root: Path = PACKAGE) -> bool:
    """Whether the compiled file is at least as new as ``source``."""
    file = compiled(language_of(source), root)
    return file.exists() and file.stat().st_mtime_ns >= source.stat().st_mtime_ns


def language_of(source: Path) -> str:
    return source.parent.parent.name


def catalog(source: Path) -> Catalog:
    """Read one source; a syntax error raises babel's PoFileError."""
    with source.open("rb") as file:
        return read_po(file, locale=language_of(source), abort_invalid=True)


def compile_language(language: str, root: Path = PACKAGE) -> None:
    """Write the compiled file of a language in one step, so that a running server never reads half a file."""
    together = Catalog(locale=language, charset="utf-8")
    for source in sources(root):
        if language_of(source) == language:
            for message in catalog(source):
                if message.id and not message.fuzzy:
                    together[message.id] = message
            # Django would read a file beside its source as well.
            source.with_suffix(".mo").unlink(missing_ok=True)
    file = compiled(language, root)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with fresh.open("wb") as target:
        write_mo(target, together)
    fresh.replace(file)


def compile_stale(root: Path = PACKAGE) -> list[Path]:
    """Compile the languages with stale sources and return those sources."""
    waiting = stale(root)
    for language in sorted({language_of(source) for source in waiting}):
        compile_language(language, root)
    return waiting


if __name__ == "__main__":
    for done in compile_stale():
        print(done.relative_to(PACKAGE.parent))
