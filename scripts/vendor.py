"""Check the vendored browser libraries against VERSIONS.json, or take new copies into it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "zhike/web/static/vendor"
VERSIONS = VENDOR / "VERSIONS.json"


def digest(path: Path) -> str:
    """SHA-256 of the file as lower-case hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_versions() -> list[dict[str, Any]]:
    """The recorded libraries: name, version, licence, file, source (path among unpacked packages) and sha256."""
    libraries: list[dict[str, Any]] = json.loads(VERSIONS.read_text(encoding="utf-8"))
    return libraries


def mismatches() -> list[str]:
    """One sentence for each file that is missing, changed, or not recorded."""
    recorded = {library["file"]: library["sha256"] for library in read_versions()}
    present = {path.name: digest(path) for path in VENDOR.iterdir() if path != VERSIONS}
    found = [f"{name} is not recorded in VERSIONS.json" for name in present.keys() - recorded.keys()]
    found += [f"{name} is missing" for name in recorded.keys() - present.keys()]
    found += [
        f"{name} differs from its checksum"
        for name in recorded.keys() & present.keys()
        if recorded[name] != present[name]
    ]
    return sorted(found)


def take(roots: list[Path]) -> None:
    """Copy every recorded file from the first root (unpacked packages) that has it; record version and checksum anew."""
    libraries = read_versions()
    for library in libraries:
        root = next(root for root in roots if (root / library["source"]).exists())
        shutil.copyfile(root / library["source"], VENDOR / library["file"])
        package = root / library["name"] / "package.json"
        if package.exists():
            facts = json.loads(package.read_text(encoding="utf-8"))
            library |= {"version": facts["version"], "licence": facts["license"]}
        library["sha256"] = digest(VENDOR / library["file"])
    VERSIONS.write_text(json.dumps(libraries, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take([Path(argument) for argument in sys.argv[1:]])
    problems = mismatches()
    print("\n".join(problems) or "vendored files match their checksums")
    sys.exit(bool(problems))
