"""Loads the application once, forks server and worker from that, keeps them running, and ends them together.

What is loaded before the fork is shared by all processes: each of them alone would be as large as this one.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

SECONDS_TO_STOP = 12.0
SECONDS_TO_ANSWER = 60.0
#: A child that dies this often within this many seconds has a fault that restarting does not mend.
DEATHS, WITHIN_SECONDS = 5, 60.0
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.2


@dataclass
class Child:
    """One process to keep running: ``work`` is all that it does."""

    name: str
    work: Callable[[], int]
    pid: int | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Fork it into a group of its own: Ctrl-C reaches us alone, and we end the children in order."""
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(self._life())

    def _life(self) -> int:
        """What the child does from its first to its last moment; returns its exit code."""
        try:
            os.setsid()
            end_with_parent()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            return self.work()
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except BaseException:
            traceback.print_exc()
            return 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    def has_ended(self) -> bool:
        """Whether no process is there any more, or none was ever started."""
        if self.pid is not None and os.waitpid(self.pid, os.WNOHANG)[0]:
            # What it left of its group is ended too, or it would keep the port.
            self.signal(signal.SIGKILL)
            self.pid = None
        return self.pid is None

    def restart(self) -> None:
        """Start it again, later each time."""
        print(f"{self.name} ended and is started again", file=sys.stderr, flush=True)
        time.sleep(min(len(self.deaths), 3))
        self.start()

    def note_death(self) -> int:
        """How often it has died lately, this time included."""
        now = time.monotonic()
        self.deaths = [*(death for death in self.deaths if death > now - WITHIN_SECONDS), now]
        return len(self.deaths)

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole group."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)


def end_with_parent() -> None:
    """In the child, before it begins: on Linux it is told to stop when we are killed without a chance to tell it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts children, restarts those that die, and stops all of them at a signal."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.started: list[Child] = []
        self.stopping = False

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        self.stopping = True

    def run(self, host: str, port: int, greeting: str) -> int:
        """Run until a signal; 0, or 1 when a child could not be kept alive."""
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        server, *others = self.children
        self._start(server)
        # The others wait: they would only slow the server's start down.
        healthy = self.wait_for_answer(host, port)
        if healthy and not self.stopping:
            print(greeting, flush=True)
            for child in others:
                self._start(child)
        while healthy and not self.stopping:
            healthy = self.restart_dead()
            time.sleep(LOOK_SECONDS)
        self.end()
        return 0 if healthy else 1

    def _start(self, child: Child) -> None:
        child.start()
        self.started.append(child)

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
        for child in self.started:
            if not child.has_ended():
                continue
            if child.note_death() >= DEATHS:
                print(f"{child.name} ended {DEATHS} times; giving up", file=sys.stderr, flush=True)
                return False
            child.restart()
        return True

    def end(self) -> None:
        """Ask all children to end, wait, and end what is left by force."""
        for child in self.started:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while not all(child.has_ended() for child in self.started) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.started:
            child.signal(signal.SIGKILL)


def main(plan: str) -> int:
    """Run a plan: JSON with ``host``, ``port``, ``processes``, ``threads``, ``worker`` and ``greeting``."""
    read = json.loads(plan)
    # Imported only now: --help and a refused plan need no Django.
    from zhike.cli import server, worker_command  # noqa: PLC0415 - sets Django up

    server.load()
    listening = (read["listen"], read["port"], read["processes"], read["threads"])
    children = [Child("server", lambda: server.serve(*listening))]
    if read["worker"]:
        children.append(Child("worker", worker_command.work))
    # What stands now is left alone by the garbage collector, or every process would get a copy of it.
    gc.collect()
    gc.freeze()
    return Supervisor(children).run(read["host"], read["port"], read["greeting"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
