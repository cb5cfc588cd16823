"""The server starts with its worker, comes back when a process dies, and stops everything at Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from scripts.free_port import free_port
from tests.cli.conftest import Zhike, environment

Serve = Callable[[], "subprocess.Popen[str]"]

pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def serve(installation: Path, tmp_path: Path, port: int) -> Iterator[Serve]:
    """Starts ``zhike serve --migrate`` and waits until it says that it answers."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "zhike.cli.main", "serve", "--migrate", "--port", str(port), "--workers", "1"]
        process = subprocess.Popen(  # noqa: S603
            command, env=environment(installation), stdout=subprocess.PIPE, text=True, cwd=tmp_path
        )
        started.append(process)
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or str(port) not in lines[-1]:
            line = process.stdout.readline()
            assert line, "the server ended before it answered"
            lines.append(line)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        if process.stdout:
            process.stdout.close()


def status(port: int) -> int:
    """Status of the first page; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_until(claim: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_ctrl_c_stops_everything(serve: Serve, zhike: Zhike, port: int) -> None:
    process = serve()
    children = psutil.Process(process.pid).children(recursive=True)
    assert status(port) > 0
    wait_until(lambda: "✗" not in zhike("doctor").stdout)

    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert status(port) == 0


def test_a_killed_server_is_answering_again_within_five_seconds(serve: Serve, port: int) -> None:
    process = serve()
    (server,) = [child for child in psutil.Process(process.pid).children() if child.children()]

    os.kill(server.pid, signal.SIGKILL)

    wait_until(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE, 5)
    wait_until(lambda: status(port) > 0, 5)


def test_a_killed_worker_is_replaced_and_shares_what_was_loaded_before(serve: Serve) -> None:
    process = psutil.Process(serve().pid)
    wait_until(lambda: len(process.children()) == 2)
    server, worker = sorted(process.children(), key=lambda child: not child.children())

    os.kill(worker.pid, signal.SIGKILL)

    wait_until(lambda: not {server.pid, worker.pid}.issuperset(child.pid for child in process.children()))
    replaced = next(child for child in process.children() if child.pid != server.pid)
    memory = replaced.memory_full_info()
    assert memory.uss < memory.rss / 2


@pytest.mark.usefixtures("installation")
def test_a_taken_port_is_refused_with_its_name(zhike: Zhike, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        refused = zhike("serve", "--port", str(port))

    assert refused.returncode == 1
    assert refused.stderr.startswith("ZHIKE_PORT:")


def test_an_old_database_is_not_served(zhike: Zhike, port: int) -> None:
    refused = zhike("serve", "--port", str(port))

    assert refused.returncode == 1
    assert "zhike migrate" in refused.stderr


@pytest.mark.usefixtures("installation")
def test_every_network_card_needs_a_public_address(zhike: Zhike, port: int) -> None:
    refused = zhike("serve", "--host", "0.0.0.0", "--port", str(port))

    assert refused.returncode == 1
    assert refused.stderr.startswith("ZHIKE_URL:")


@pytest.mark.usefixtures("installation")
def test_demo_people_are_reached_from_this_machine_only(zhike: Zhike, port: int) -> None:
    assert zhike("demo", "--customers", "0").returncode == 0

    refused = zhike("serve", "--host", "0.0.0.0", "--port", str(port), ZHIKE_URL="http://192.168.1.5:8000")

    assert refused.returncode == 1
    assert refused.stderr.startswith("ZHIKE_HOST:")
