"""Measures the bases one after another and writes the report.

``python -m benchmarks [L] [XL] [--sqlite] [--postgresql] [--quick]``; without names L and XL on both databases.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import ready, serving
from benchmarks.bases import BASES, VENDORS, Base, directory, environment
from benchmarks.client import Request
from benchmarks.duplicates.measure import main as labelled_pairs
from benchmarks.load import people, repeated
from benchmarks.report import write
from scripts.free_port import free_port

PEOPLE_SECONDS = 90.0
THINK = 10.0
TASK_SECONDS = 2.5


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("bases", nargs="*", choices=[*BASES, []], help="S, L, XL")
    for vendor in VENDORS:
        parser.add_argument(f"--{vendor}", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a second a task, to try the measurement out")
    options = parser.parse_args(arguments)
    vendors = [vendor for vendor in VENDORS if getattr(options, vendor)] or list(VENDORS)
    results = directory() / "results"
    results.mkdir(exist_ok=True)
    for key in options.bases or ("L", "XL"):
        for vendor in vendors:
            measured = measure(BASES[key], vendor, quick=options.quick)
            (results / f"{key}-{vendor}.json").write_text(json.dumps(measured), encoding="utf-8")
    write(results)
    return labelled_pairs()


def measure(base: Base, vendor: str, *, quick: bool) -> dict[str, Any]:
    """All figures of one base."""
    ready.built(base, vendor)
    settings = environment(base, vendor)
    print(f"== {base.key} on {vendor}", file=sys.stderr, flush=True)
    seconds = 1.0 if quick else TASK_SECONDS
    plan = inside("prepare", settings)
    found: dict[str, Any] = {"size": ready.size(base, vendor), "inside": inside("insides", settings)}
    with serving.floor(settings, free_port()) as server:
        request = [Request("floor", "/floor/", "")]
        found["floor"] = by_connections(server.port, request, seconds)
    with serving.product(settings, free_port()) as server:
        found["cold start"] = server.cold_start
        found["memory at rest"] = server.megabytes()
        found["tasks"] = {
            scope: {name: task(server.port, name, rows, seconds) for name, rows in tasks.items()}
            for scope, tasks in plan["tasks"].items()
        }
        chores = [[(weight, request_of(row["name"], row)) for weight, row in own] for own in plan["chores"]]
        answers = people(server.port, chores, think=THINK, seconds=10 if quick else PEOPLE_SECONDS)
        found["people"] = {name: vars_of(times) for name, times in answers.items()}
        found["memory under load"] = server.megabytes()
    if base.copies == 0:
        with ready.copied(base, vendor) as copy:
            found["inside"] |= inside("insides", copy, "--writing")
    return found


def inside(module: str, settings: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """What a module finds out in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "found.json"
        command = [sys.executable, "-m", f"benchmarks.{module}", str(path), *arguments]
        subprocess.run(command, env={**os.environ, **settings}, check=True)  # noqa: S603
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return result


def task(port: int, name: str, rows: Sequence[Mapping[str, Any]], seconds: float) -> dict[str, Any]:
    """Figures of one task, told while they come."""
    found = by_connections(port, requests(name, rows), seconds)
    print(f"   {name}: {found['1']['median']:.1f} ms", file=sys.stderr, flush=True)
    return found


def requests(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Request]:
    return [request_of(name, row) for row in rows]


def request_of(name: str, row: Mapping[str, Any]) -> Request:
    return Request(
        name=name,
        path=row["path"],
        cookie=row["cookie"],
        form=row.get("form"),
        target=row.get("target", ""),
        token=row.get("token", ""),
    )


def by_connections(port: int, asked: Sequence[Request], seconds: float) -> dict[str, Any]:
    return {
        str(connections): vars_of(repeated(port, asked, connections=connections, seconds=seconds, least=least(seconds)))
        for connections in (1, 8)
    }


def vars_of(times: Any) -> dict[str, Any]:
    return {name: getattr(times, name) for name in times.__slots__}


def least(seconds: float) -> int:
    """Fewest answers of a connection, however slow: enough for a median, and fewer when only trying out."""
    return 20 if seconds >= TASK_SECONDS else 5
