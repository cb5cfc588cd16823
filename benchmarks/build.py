"""Builds one base in the database of the environment: ``python -m benchmarks.build XL`` with the settings of ``bases``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from importlib import import_module

import django
from django.core.management import call_command

from benchmarks.bases import BASES


def main(arguments: Sequence[str]) -> int:
    """Build it from nothing."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    started = time.monotonic()
    # Models can be imported only now.
    ground = import_module("benchmarks.ground")
    ground.Ground(BASES[arguments[0]], say=lambda text: say(text, started)).lay()
    return 0


def say(text: str, started: float) -> None:
    print(f"{time.monotonic() - started:8.1f} s  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
