"""Collects scripts, styles and pictures under names with their hash, so that browsers may keep them for ever; bundles styles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from zhike.web.style_sheets import SHEETS, bundle_path, sheet_paths

STAMP = ".collected"


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the names inside ``import … from "./x.js"`` too, so that a page never mixes two versions of our scripts."""

    support_js_module_import_aggregation = True
    keep_only_hashed_files = False
    has_bundles = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Write the bundles first, so that they are hashed and compressed like every file."""
        if not dry_run:
            for name in SHEETS:
                paths[self.write_bundle(name)] = (self, bundle_path(name))
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def write_bundle(self, name: str) -> str:
        """One file of all sheets of a group of pages, in their order."""
        texts = []
        for path in sheet_paths(name):
            with self.open(path) as sheet:
                texts.append(sheet.read())
        self.delete(bundle_path(name))
        return str(self.save(bundle_path(name), ContentFile(b"\n".join(texts))))


def fingerprint() -> str:
    """Changes whenever a file that would be collected changes, appears or goes."""
    digest = hashlib.sha256()
    for finder in get_finders():
        listed: list[tuple[str, Any]] = sorted(finder.list([]), key=lambda pair: pair[0])
        for name, storage in listed:
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_stale() -> bool:
    """Collect anew if something changed since the last time; says whether it did."""
    root = Path(settings.STATIC_ROOT)
    stamp, current = root / STAMP, fingerprint()
    if stamp.exists() and stamp.read_text("ascii") == current:
        return False
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(current, "ascii")
    return True
