"""An archive with a single wrong byte is refused before anything is changed."""

from __future__ import annotations

import random
import tarfile
from pathlib import Path

import pytest

from zhike.cli import archive
from zhike.cli.command import CommandFailed


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """An archive of two files."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "database.sqlite3").write_bytes(random.Random(1).randbytes(50_000))
    (source / "picture.jpg").write_bytes(random.Random(2).randbytes(5_000))
    sources = {"database.sqlite3": source / "database.sqlite3", "files/picture.jpg": source / "picture.jpg"}
    manifest = archive.Manifest(
        archive.FORMAT, "0.1.0", "2026-03-01T00:00:00Z", "sqlite", {"customer": 3},
        {name: archive.digest(path) for name, path in sources.items()},
    )  # fmt: skip
    target = tmp_path / "good.tar.gz"
    archive.write(target, manifest, sources)
    return target


def test_what_was_written_is_read_back(good: Path, tmp_path: Path) -> None:
    manifest = archive.unpack(good, tmp_path / "out")

    assert manifest.tables == {"customer": 3}
    assert (tmp_path / "out" / "files" / "picture.jpg").stat().st_size == 5_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.tar.gz", "out", "source"]


def test_fifty_flipped_bits_are_all_found(good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()
    chance = random.Random(3)
    for number in range(50):
        # The first ten bytes are gzip's header, whose time and flags carry nothing of ours.
        place = chance.randrange(10, len(whole))
        bad = bytearray(whole)
        bad[place] ^= 1 << chance.randrange(8)
        broken = tmp_path / "broken.tar.gz"
        broken.write_bytes(bad)
        with pytest.raises(CommandFailed):
            archive.unpack(broken, tmp_path / f"out-{number}")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_archive_is_refused(good: Path, tmp_path: Path, share: float) -> None:
    whole = good.read_bytes()
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(CommandFailed):
        archive.unpack(broken, tmp_path / "out")


def test_a_path_out_of_the_directory_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    (tmp_path / "text").write_text("x", "utf-8")
    with tarfile.open(evil, "w:gz") as tar:
        tar.add(tmp_path / "text", "../outside")

    with pytest.raises(CommandFailed):
        archive.unpack(evil, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
