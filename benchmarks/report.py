"""docs/benchmarks.md from the results that were kept."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bases import BASES, VENDORS

REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
#: What was found out besides, written by hand.
NOTES = Path(__file__).resolve().parent / "notes.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SCOPES = {"department": "A salesperson, who sees the department", "all": "Somebody who sees all customers"}

Results = dict[tuple[str, str], dict[str, Any]]


def write(results: Path) -> None:
    """Put every result that is there into one page."""
    found: Results = {}
    for key in BASES:
        for vendor in VENDORS:
            path = results / f"{key}-{vendor}.json"
            if key != "S" and path.exists():
                found[key, vendor] = json.loads(path.read_text(encoding="utf-8"))
    REPORT.write_text("\n".join(page(found)) + "\n", encoding="utf-8")


def page(found: Results) -> Iterator[str]:
    yield "# Benchmarks\n"
    yield (
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, client, server and database on the same machine. L has 100,000 customers with 3 "
        "interactions each; XL has 1,000,000 with 10 each (100,000 generated, the others copied inside the database). Both "
        "have 20 custom fields, five of them with an index, 20,000 tasks, 40 departments and a custom object with 100,000 "
        "records. Times are milliseconds at the client: median / p95 over 1 connection, then over 8. *Floor* is a bare Django "
        "view with one keyset query and a template of 50 rows on the same base and server, in the same run.\n"
    )
    yield from limits(found)
    for (key, vendor), result in found.items():
        yield f"## {key} on {NAMES[vendor]} ({result['size'] / 2**30:.1f} GiB)\n"
        yield from base(result)
    yield NOTES.read_text(encoding="utf-8").rstrip()


def base(result: Mapping[str, Any]) -> Iterator[str]:
    yield from people(result)
    for scope, tasks in result["tasks"].items():
        yield f"**{SCOPES[scope]}**\n"
        yield "| | 1 connection | × floor | 8 connections | kB | statements |"
        yield "|---|---:|---:|---:|---:|---:|"
        floor = result["floor"]
        yield f"| floor | {pair(floor['1'])} | 1.0 | {pair(floor['8'])} | {floor['1']['size'] / 1000:.0f} | 1 |"
        for name, times in tasks.items():
            ratio = times["1"]["median"] / (floor["1"]["median"] or 1)
            count = result["inside"]["statements"].get(name, "")
            size = f"{times['1']['size'] / 1000:.0f}"
            failed = f" ({times['1']['failures']} failed)" if times["1"]["failures"] else ""
            yield f"| {name}{failed} | {pair(times['1'])} | {ratio:.1f} | {pair(times['8'])} | {size} | {count} |"
        yield ""
    calls = ", ".join(f"{name}: {number}" for name, number in result["inside"]["cursor calls"].items())
    yield f"Cursor calls of a batch: {calls}. "
    yield (
        f"Cold start {result['cold start']:.1f} s; memory of the whole tree {result['memory at rest']:.0f} MiB after the "
        f"start, {result['memory under load']:.0f} MiB after the load.\n"
    )
    yield from rates(result["inside"])


def people(result: Mapping[str, Any]) -> Iterator[str]:
    yield "**200 signed-in people, 10 s of thought between two requests**\n"
    yield "| | requests | median | p95 | worst | failed |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, times in sorted(result["people"].items()):
        yield (
            f"| {name} | {times['count']} | {times['median']:.1f} | {times['p95']:.1f} | {times['worst']:.0f} "
            f"| {times['failures']} |"
        )
    yield ""


def rates(inside: Mapping[str, Any]) -> Iterator[str]:
    if "import" not in inside:
        return
    waits = inside["save during import"]
    p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))] if waits else 0.0
    yield "| moving 100,000 rows | rows/s |"
    yield "|---|---:|"
    for name in ("import", "seal", "search", "drained", "export csv", "export xlsx"):
        yield f"| {name} | {inside[name]:,.0f} |"
    yield f"\nA colleague's save during the import: {len(waits)} saves, p95 {p95:.0f} ms.\n"


def limits(found: Results) -> Iterator[str]:
    """The limits of the issue, each with what was measured."""
    yield "| limit | measured | |"
    yield "|---|---:|---|"
    for text, value, bound in judged(found):
        yield f"| {text} | {value:.1f} | {'held' if value <= bound else 'missed'} |"
    yield ""


def judged(found: Results) -> Iterator[tuple[str, float, float]]:
    largest = found.get(("XL", "postgresql"))
    if largest:
        for name, times in sorted(largest["people"].items()):
            yield f"XL, PostgreSQL, 200 people: {name}, p95 < 100 ms", times["p95"], 100.0
    for vendor in VENDORS:
        small, large = found.get(("L", vendor)), found.get(("XL", vendor))
        if small and large:
            for scope in SCOPES:
                yield from growth(small["tasks"][scope], large["tasks"][scope], f"{NAMES[vendor]}, {scope}")
    for (key, vendor), result in found.items():
        tasks = result["tasks"]["all"]
        far = next((times for name, times in tasks.items() if name.startswith("list page")), None)
        if far:
            ratio = far["1"]["median"] / (tasks["list"]["1"]["median"] or 1)
            yield f"{key}, {NAMES[vendor]}: farthest page against the first ≤ 1.2", ratio, 1.2
        most = max(result["inside"]["statements"].values())
        yield f"{key}, {NAMES[vendor]}: statements a page ≤ 12", most, 12


def growth(small: Mapping[str, Any], large: Mapping[str, Any], where: str) -> Iterator[tuple[str, float, float]]:
    for name, times in small.items():
        if name in large and times["1"]["median"]:
            yield f"{where}: {name}, L → XL ≤ 1.3", large[name]["1"]["median"] / times["1"]["median"], 1.3


def pair(times: Mapping[str, Any]) -> str:
    return f"{times['median']:.1f} / {times['p95']:.1f}"
