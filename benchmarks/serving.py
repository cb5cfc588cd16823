"""Starting and stopping servers on a base, and what they take of the machine."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

START_TIMEOUT = 120


@dataclass(slots=True)
class Server:
    """A server that answers."""

    port: int
    process: psutil.Process
    #: Seconds from the start to the first answer.
    cold_start: float

    def megabytes(self) -> float:
        """Memory of the whole tree in MiB; what processes share is counted once (proportional set size)."""
        tree = [self.process, *self.process.children(recursive=True)]
        return float(sum(one.memory_full_info().pss for one in tree if one.is_running())) / 2**20


@contextmanager
def product(environment: Mapping[str, str], port: int, *, worker: bool = True) -> Iterator[Server]:
    """``zhike serve`` on the base, as people start it."""
    command = [sys.executable, "-m", "zhike.cli.main", "serve", "--port", str(port)]
    with _running([*command, *([] if worker else ["--no-worker"])], environment, port, "/login/") as server:
        yield server


@contextmanager
def floor(environment: Mapping[str, str], port: int) -> Iterator[Server]:
    """The bare view, with the same server and as many processes and threads."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
        "--blocking-threads", "4", "--workers-kill-timeout", "10s", "--log-level", "warning", "benchmarks.floor:application",
    ]  # fmt: skip
    settings = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.floor_settings"}
    with _running(command, settings, port, "/floor/") as server:
        yield server


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[Server]:
    started = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603
    try:
        _await_answer(process, port, path)
        yield Server(port, psutil.Process(process.pid), time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + START_TIMEOUT
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise RuntimeError("the server does not answer")
