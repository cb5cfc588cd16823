"""What the customer file's own work takes on a base: hints while typing, the search for duplicates, figures, grading, recall.

``python -m benchmarks.chores [NAME …]`` in the settings of a base prints a line for each; without names all of them. Grading and the
search for duplicates write into the base, so that pages are measured before.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from importlib import import_module

import django


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for."""
    django.setup()
    # Models can be imported only now.
    found = import_module("benchmarks.customer_file").CHORES
    for name in arguments or tuple(found):
        started, cpu = time.monotonic(), time.process_time()
        told = found[name]()
        took, own = time.monotonic() - started, time.process_time() - cpu
        print(f"{name:22}{took:8.1f} s, own CPU {own:7.1f} s   {told}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
