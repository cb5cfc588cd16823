"""Compiles the translations (.po to .mo) that are missing or older than their source."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def sources(root: Path = PACKAGE) -> list[Path]:
    """All translation sources below ``root``, sorted."""
    return sorted(root.glob("**/locale/*/LC_MESSAGES/*.po"))


def stale(root: Path = PACKAGE) -> list[Path]:
    """Sources whose compiled form is missing or older."""
    return [source for source in sources(root) if not is_fresh(source)]


def is_fresh(source: Path) -> bool:
    """Whether the compiled form of ``source`` is at least as new as it."""
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns


def catalog(source: Path) -> Catalog:
    """Read one source; a syntax error raises babel's PoFileError."""
    with source.open("rb") as file:
        return read_po(file, locale=source.parent.parent.name, abort_invalid=True)


def compile_one(source: Path) -> None:
    """Write the compiled form beside ``source`` in one step, so that a running server never reads half a file."""
    compiled = source.with_suffix(".mo")
    fresh = compiled.with_name(f".{compiled.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, catalog(source))
    fresh.replace(compiled)


def compile_stale(root: Path = PACKAGE) -> list[Path]:
    """Compile what is stale and return those sources."""
    waiting = stale(root)
    for source in waiting:
        compile_one(source)
    return waiting


if __name__ == "__main__":
    for done in compile_stale():
        print(done.relative_to(PACKAGE.parent))
