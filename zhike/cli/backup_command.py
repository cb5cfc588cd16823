"""``zhike backup``: writes database, files and secret key into one archive while the product runs."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from zhike import __version__
from zhike.cli import archive
from zhike.cli.database_copy import COPIES
from zhike.cli.language import _

#: What of the data directory belongs in a backup beside the database.
KEPT = ("files", "secret_key")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to write."""
    parser.add_argument("archive", nargs="?", help=_("file to write (backups/zhike-TIME.tar.gz in the data directory)"))


def run(options: argparse.Namespace) -> int:
    """Write the archive and print its path."""
    target = Path(options.archive) if options.archive else default_place()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    manifest = make(target)
    rows = sum(manifest.tables.values())
    print(_("{rows} rows and {files} files are in").format(rows=rows, files=len(manifest.files)))
    print(target)
    return 0


def default_place() -> Path:
    """A name that sorts by time."""
    return Path(settings.DATA_DIR) / "backups" / f"zhike-{timezone.now():%Y%m%dT%H%M%SZ}.tar.gz"


def make(target: Path) -> archive.Manifest:
    """Copy the database first: a file that is added meanwhile is then only superfluous."""
    directory = Path(settings.DATA_DIR)
    copy = COPIES[connection.vendor]
    with tempfile.TemporaryDirectory(prefix="backup-", dir=directory) as room:
        dumped = Path(room) / copy.name
        tables = copy.dump(dumped)
        sources = {copy.name: dumped, **kept_files(directory)}
        manifest = archive.Manifest(
            format=archive.FORMAT,
            version=__version__,
            made_at=timezone.now().isoformat(),
            vendor=connection.vendor,
            tables=tables,
            files={name: archive.digest(path) for name, path in sources.items()},
        )
        archive.write(target, manifest, sources)
    return manifest


def kept_files(directory: Path) -> dict[str, Path]:
    """Uploaded files and the secret key, by their path inside the archive."""
    found: dict[str, Path] = {}
    for name in KEPT:
        top = directory / name
        paths = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        found |= {str(path.relative_to(directory)): path for path in paths}
    return found
