"""What only the process itself can tell: statements a page, cursor calls a batch, rows a second of import, search and export.

``python -m benchmarks.insides FILE [--writing]`` in the settings of a base; ``--writing`` imports and exports 100,000 rows,
which is for a copy of the base.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django

from zhike.config.static_files import collect_stale


def main(arguments: Sequence[str]) -> int:
    django.setup()
    collect_stale()
    # Models can be imported only now.
    counting, moving = (import_module(f"benchmarks.{name}") for name in ("counting", "moving"))
    found = {"statements": counting.statements_a_page(), "cursor calls": counting.cursor_calls()}
    if "--writing" in arguments:
        found |= moving.rates()
    Path(arguments[0]).write_text(json.dumps(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
