"""Keeps server and worker running as child processes, and ends them together. Imports no Django, to stay small."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

SECONDS_TO_STOP = 12.0
SECONDS_TO_ANSWER = 60.0
#: A child that dies this often within this many seconds has a fault that restarting does not mend.
DEATHS, WITHIN_SECONDS = 5, 60.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a group of its own: Ctrl-C reaches us alone, and we end the children in order."""
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=end_with_parent)  # noqa: S603, PLW1509

    def has_died(self) -> bool:
        """Whether it ended by itself; what it left of its group is ended too, or it would keep the port."""
        if self.process is None or self.process.poll() is None:
            return False
        self.signal(signal.SIGKILL)
        self.deaths = [death for death in self.deaths if death > time.monotonic() - WITHIN_SECONDS]
        self.deaths.append(time.monotonic())
        return True

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def end_with_parent() -> None:
    """In the child, before it begins: on Linux it is told to stop when we are killed without a chance to tell it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts children, restarts those that die, and stops all of them at a signal."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        self.stopping = True

    def run(self, host: str, port: int, greeting: str) -> int:
        """Run until a signal; 0, or 1 when a child could not be kept alive."""
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        server, *others = self.children
        server.start()
        # The others wait: they would only slow the server's start down.
        healthy = self.wait_for_answer(host, port)
        if healthy and not self.stopping:
            print(greeting, flush=True)
            for child in others:
                child.start()
        while healthy and not self.stopping:
            healthy = self.restart_dead()
            time.sleep(0.2)
        self.end()
        return 0 if healthy else 1

    def wait_for_answer(self, host: str, port: int) -> bool:
        """Wait until the server accepts connections, or we are told to stop; False when it cannot be had."""
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while not self.stopping:
            if not self.restart_dead() or time.monotonic() > deadline:
                return False
            with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
                return True
            time.sleep(0.05)
        return True

    def restart_dead(self) -> bool:
        """Start dead children again; False when one dies too often."""
        for child in self.children:
            if not child.has_died():
                continue
            if len(child.deaths) >= DEATHS:
                print(f"{child.name} ended {DEATHS} times; giving up", file=sys.stderr, flush=True)
                return False
            print(f"{child.name} ended and is started again", file=sys.stderr, flush=True)
            time.sleep(min(len(child.deaths), 3))
            child.start()
        return True

    def end(self) -> None:
        """Ask all children to end, wait, and end what is left by force."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_STOP
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(deadline - time.monotonic(), 0.1))
            child.signal(signal.SIGKILL)


def main(plan: str) -> int:
    """Run a plan: JSON with ``children`` (name → command, the server first), ``host``, ``port`` and ``greeting``."""
    read = json.loads(plan)
    children = [Child(name, command) for name, command in read["children"].items()]
    return Supervisor(children).run(read["host"], read["port"], read["greeting"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
