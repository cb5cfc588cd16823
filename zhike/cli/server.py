"""The web server: its processes are forked from one that has loaded the application, so that they share the memory of it."""

from __future__ import annotations

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
    """Import everything that answers requests; no connection is left open that processes could share."""
    get_resolver().reverse_dict  # noqa: B018 - reading it imports every view
    name_tokens("知客")  # reads the dictionaries of scripts and pinyin
    connections.close_all()


def serve(address: str, port: int, processes: int, threads: int) -> int:
    """Answer requests with so many processes, each with so many threads, until told to stop."""
    Granian(
        "zhike.config.wsgi:application",
        interface=Interfaces.WSGI,
        address=address,
        port=port,
        workers=processes,
        blocking_threads=threads,
        workers_kill_timeout=SECONDS_TO_STOP,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0
