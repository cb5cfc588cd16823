"""``make bench``: builds what is missing, measures, and writes docs/benchmarks.md."""

from __future__ import annotations

import sys

from benchmarks.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
