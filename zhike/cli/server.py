"""The web server: loads the application once and forks its processes from that, so that they share the memory of it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from django.db import connections
from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

import zhike.config.wsgi  # noqa: F401 - sets Django up
from zhike.lib.search_tokens import name_tokens

#: Without it a stop during the start would never end.
SECONDS_TO_STOP = 10


def load() -> None:
    """Import everything that answers requests; what stands then is left alone by the garbage collector, or it would be copied."""
    get_resolver().reverse_dict  # noqa: B018 - reading it imports every view
    name_tokens("知客")  # reads the dictionaries of scripts and pinyin
    connections.close_all()
    gc.collect()
    gc.freeze()


def main(arguments: Sequence[str]) -> int:
    """Serve: host, port, processes, threads of each."""
    host, port, processes, threads = arguments
    load()
    Granian(
        "zhike.config.wsgi:application",
        interface=Interfaces.WSGI,
        address=host,
        port=int(port),
        workers=int(processes),
        blocking_threads=int(threads),
        workers_kill_timeout=SECONDS_TO_STOP,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
