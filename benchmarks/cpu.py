"""CPU a page, as a multiple of the floor's: what this process takes for single requests, without the database server's part.

``python -m benchmarks.cpu [--user NAME] [--rounds N] [--profile TASK]`` in the settings of any base, the demo's included. Pages and
floor take turns, so that whatever else the machine does slows both.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import pstats
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from statistics import median
from typing import Any

import django

from benchmarks.client import SERIALS
from benchmarks.load import CSRF
from zhike.config.static_files import collect_stale

WARMING = 3
PROFILED_LINES = 60
FLOOR = {"path": "/floor/", "cookie": ""}
#: Sends the n-th request.
Ask = Callable[[int], None]


class Refused(Exception):
    """The application answered with something else than a page."""


def main(arguments: Sequence[str]) -> int:
    """Print the figures of all tasks."""
    parser = argparse.ArgumentParser(prog="benchmarks.cpu")
    parser.add_argument("--user", default="sales_1_1")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument(
        "--floor", action="store_true", help="take the floor's turns, as the other process asks for them"
    )
    parser.add_argument("--profile", help="print where one task spends its time instead")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    django.setup()
    if options.floor:
        return answer_floor()
    found = {name: asking(rows) for name, rows in tasks(options.user).items()}
    if options.profile:
        print(profiled(found[options.profile], options.rounds))
        return 0
    with floor() as bare:
        for name, ask in found.items():
            print(f"{name:48}{compared(ask, bare, options.rounds)}", flush=True)
    return 0


def tasks(username: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Requests by task, as the other measurements send them, and the work page."""
    collect_stale()
    # Models can be imported only now.
    planning, models = import_module("benchmarks.planning"), import_module("zhike.accounts.models")
    found: dict[str, list[dict[str, Any]]] = planning.tasks(models.User.objects.get(username=username))
    return {**found, "work page": [{"path": "/", "cookie": found["list"][0]["cookie"]}]}


def asking(rows: Sequence[Mapping[str, Any]]) -> Ask:
    """Sends requests through the application as a server would, in this process."""
    application = import_module("django.core.wsgi").get_wsgi_application()

    def ask(turn: int) -> None:
        told: list[str] = []
        answer = application(environ_of(rows[turn % len(rows)]), lambda status, _headers: told.append(status))
        sum(len(part) for part in answer)
        answer.close()
        if told[0][0] not in "23":
            raise Refused(told[0])

    return ask


def environ_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The request of a browser that takes compressed answers."""
    path, _mark, query = row["path"].partition("?")
    body = (row.get("form") or "").replace("{serial}", f"{next(SERIALS)}").encode()
    environ = {
        "REQUEST_METHOD": "POST" if row.get("form") else "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_COOKIE": f"{row['cookie']}; zhike_csrf={CSRF}",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_ACCEPT_LANGUAGE": "zh-CN",
        "HTTP_X_CSRFTOKEN": CSRF,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }
    if row.get("target"):
        environ |= {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": row["target"]}
    if row.get("token"):
        environ["HTTP_AUTHORIZATION"] = f"Bearer {row['token']}"
    return environ


def taken(ask: Ask, turn: int) -> float:
    """Milliseconds of CPU of one request."""
    started = time.process_time()
    ask(turn)
    return (time.process_time() - started) * 1000


@contextmanager
def floor() -> Iterator[Callable[[int], float]]:
    """The floor in a process with its own settings; each turn gives its milliseconds."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.floor_settings"}
    command = [sys.executable, "-m", "benchmarks.cpu", "--floor"]
    with subprocess.Popen(  # noqa: S603
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:

        def ask(turn: int) -> float:
            print(turn, file=process.stdin, flush=True)
            return float(process.stdout.readline())

        yield ask
        process.stdin.close()


def answer_floor() -> int:
    """One request of the floor for each line read; writes its milliseconds."""
    ask = asking([FLOOR])
    for line in sys.stdin:
        print(f"{taken(ask, int(line)):.3f}", flush=True)
    return 0


def compared(ask: Ask, bare: Callable[[int], float], rounds: int) -> str:
    """Medians of the page and of the floor in words; a base of another kind has not everything that is asked for."""
    own, floors = [], []
    try:
        for turn in range(WARMING + rounds):
            own.append(taken(ask, turn))
            floors.append(bare(turn))
    except Refused as refusal:
        return f"    {refusal}"
    page, least = median(own[WARMING:]), median(floors[WARMING:])
    return f"{page:7.1f} ms  floor {least:5.1f} ms  {page / least:5.1f} x"


def profiled(ask: Ask, rounds: int) -> str:
    """Functions by their own time and by that of all they call."""
    for turn in range(WARMING):
        ask(turn)
    profile, told = cProfile.Profile(time.process_time), io.StringIO()
    profile.enable()
    for turn in range(rounds):
        ask(turn)
    profile.disable()
    for order in ("tottime", "cumulative"):
        pstats.Stats(profile, stream=told).strip_dirs().sort_stats(order).print_stats(PROFILED_LINES)
    return told.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
