"""Runs the checks and the whole test suite, on SQLite and on PostgreSQL, and says in one line how it ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from scripts import fetch_real_data
from scripts.browser import chromium
from scripts.postgres import server

RESULTS = Path("test-results")
ON_POSTGRES = "contract or query or policy or write or claim"
#: Each takes its half in one piece, so that what several tests share is made once, and at the end from the other's.
TWO_PROCESSES = ("-n", "2", "--dist", "worksteal")
NO_TESTS = 5


@dataclass
class Outcome:
    """Counts of one or several runs of pytest."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Outcome) -> None:
        """Add the counts of another run."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def in_ci() -> bool:
    """Whether a test that could not run counts as failed."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def run(name: str, *command: str, **environment: str) -> int:
    """Run a command under a heading to its end; its exit code. What runs beside another tells all at once at the end."""
    is_beside = threading.current_thread() is not threading.main_thread()
    output: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if is_beside else {}
    if not is_beside:
        print(f"\n== {name}", flush=True)
    done = subprocess.run(command, env={**os.environ, **environment}, check=False, **output)  # noqa: S603
    if is_beside:
        print(f"\n== {name}\n{done.stdout.decode(errors='replace')}", end="", flush=True)
    return done.returncode


def pytest(name: str, *arguments: str, **environment: str) -> Outcome:
    """One run of pytest; a run that found nothing, or broke before it could count, is a failure."""
    report = RESULTS / f"{name}.xml"
    code = run(name, sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments, **environment)
    outcome = counts(report) if report.exists() else Outcome()
    if code not in {0, NO_TESTS} and not outcome.failed:
        outcome.failed = 1
    if code == NO_TESTS:
        print(f"SKIPPED {name}: no tests were found")
        outcome = Outcome(failed=1) if in_ci() else Outcome(skipped=1)
    return outcome


def counts(report: Path) -> Outcome:
    """Read the counts from pytest's JUnit file, which pytest itself wrote a moment ago."""
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314
    if suite is None:
        return Outcome(failed=1)
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Outcome(passed=max(total - skipped - failed, 0), failed=failed, skipped=skipped)


def not_run(what: str, marks: str, reason: str) -> Outcome:
    """Say in one line how many tests are left out, and why; in continuous integration that is a failure."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-m", marks]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"^(\d+)(?:/\d+)? tests? collected", listing, re.MULTILINE)
    number = int(found[1]) if found else 1
    print(f"SKIPPED {number} tests {what}: {reason}", flush=True)
    return Outcome(failed=number) if in_ci() else Outcome(skipped=number)


def check() -> Outcome:
    """The checks before the tests count as one test."""
    code = run("checks", "make", "--keep-going", "check")
    return Outcome(failed=1) if code else Outcome(passed=1)


def browser_tests(path: str | None) -> Outcome:
    """Pages in a real browser, one after another: two browsers on two cores are slower than one."""
    if path is None:
        return not_run("in a browser", "browser", "no Chromium could be installed")
    return pytest("browser", "tests/browser", ZHIKE_CHROMIUM=path, ZHIKE_TEST_DB="sqlite")


def sqlite_tests() -> Outcome:
    """Everything but the browser."""
    return pytest("sqlite", *TWO_PROCESSES, "-m", "not browser", ZHIKE_TEST_DB="sqlite")


def postgres_tests() -> Outcome:
    """What depends on the database, once more on PostgreSQL."""
    with server() as address:
        if address is None:
            return not_run("on PostgreSQL", ON_POSTGRES, "no server could be found or started")
        marks = f"({ON_POSTGRES}) and not browser"
        return pytest("postgresql", *TWO_PROCESSES, "-m", marks, ZHIKE_TEST_DB="postgresql", DATABASE_URL=address)


def main() -> int:
    """Run everything; the exit code is 0 when nothing failed."""
    started = time.monotonic()
    RESULTS.mkdir(exist_ok=True)
    for old in RESULTS.glob("*.xml"):
        old.unlink()
    total = Outcome()
    fetch_real_data.main()
    browser = chromium()
    # Checks and browser, which wait for each other, come first beside the rest: what is left at the end fills both cores.
    with ThreadPoolExecutor(1) as beside:
        checked = beside.submit(check)
        seen = beside.submit(browser_tests, browser)
        for outcome in (sqlite_tests(), postgres_tests(), checked.result(), seen.result()):
            total.add(outcome)
    line = f"{total} in {time.monotonic() - started:.0f}s"
    (RESULTS / "closing-line").write_text(line + "\n", "utf-8")
    print(f"\n{line}", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
