"""Writes the ``zhike`` command into the virtual environment; it runs the checkout that the environment stands in."""

from __future__ import annotations

from pathlib import Path

# The shell line makes the script independent of where it stands: a #! line may hold no spaces and no long paths.
COMMAND = """#!/bin/sh
'''exec' "$(dirname "$0")/python" "$0" "$@"
'''
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from zhike.cli.main import main

sys.exit(main(sys.argv[1:]))
"""


def write(path: Path) -> None:
    """Write the command unless it is already there as it should be."""
    if path.exists() and path.read_text("utf-8") == COMMAND:
        return
    path.write_text(COMMAND, "utf-8")
    path.chmod(0o755)


if __name__ == "__main__":
    write(Path(".venv/bin/zhike"))
