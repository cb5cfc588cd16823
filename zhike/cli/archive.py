"""The format of a backup: a compressed tar whose manifest has the SHA-256 of every file and the rows of every table."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zhike.cli.command import CommandFailed
from zhike.cli.language import _

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. ``files`` maps each path inside it to its SHA-256, ``tables`` each table to its rows."""

    format: int
    version: str
    made_at: str
    vendor: str
    tables: Mapping[str, int]
    files: Mapping[str, str]


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(archive: Path, manifest: Manifest, sources: Mapping[str, Path]) -> None:
    """Write ``archive`` beside its place first, so that an interrupted backup never looks like one."""
    unfinished = archive.with_name(archive.name + ".unfinished")
    notes = unfinished.with_name(unfinished.name + ".json")
    try:
        notes.write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
        with tarfile.open(unfinished, "w:gz", compresslevel=3) as tar:
            tar.add(notes, MANIFEST)
            for name, path in sources.items():
                tar.add(path, name, recursive=False)
        unfinished.chmod(0o600)
        unfinished.replace(archive)
    finally:
        notes.unlink(missing_ok=True)
        unfinished.unlink(missing_ok=True)


def unpack(archive: Path, directory: Path) -> Manifest:
    """Unpack into the empty ``directory`` and verify every byte; a damaged or foreign archive raises CommandFailed."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(directory, filter="data")
        manifest = read_manifest(directory / MANIFEST)
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError, TypeError) as error:
        raise damaged(archive, str(error)) from error
    present = {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()} - {MANIFEST}
    if present != set(manifest.files):
        odd = sorted(present ^ set(manifest.files))
        raise damaged(archive, _("missing or unexpected: {names}").format(names=", ".join(odd[:3])))
    for name, expected in manifest.files.items():
        if digest(directory / name) != expected:
            raise damaged(archive, _("{name} differs from its checksum").format(name=name))
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Read the manifest; ValueError or TypeError when it is not one of ours."""
    read: Any = json.loads(path.read_text("utf-8"))
    manifest = Manifest(**read)
    if manifest.format != FORMAT:
        raise ValueError(f"format {manifest.format}")
    return manifest


def damaged(archive: Path, reason: str) -> CommandFailed:
    """The refusal to restore from ``archive``."""
    return CommandFailed(
        _("{archive} is damaged or not a backup, nothing was changed: {reason}").format(archive=archive, reason=reason)
    )
