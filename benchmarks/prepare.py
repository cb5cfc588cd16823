"""Brings a base up to date, signs people in and finds out what to ask for.

``python -m benchmarks.prepare FILE`` in the settings of a base writes JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command


def main(arguments: Sequence[str]) -> int:
    """Write the plan into the file named."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    # Models can be imported only now.
    planning, settling = (import_module(f"benchmarks.{name}") for name in ("planning", "settling"))
    settling.settle()
    Path(arguments[0]).write_text(json.dumps(planning.plan()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
