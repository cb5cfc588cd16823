"""What every test may count on: the test settings (``tests/settings.py``), Chinese, and no silent skip in CI."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import translation

from tests import emptying
from tests.cast import Cast, assemble
from tests.template import use_template

#: Tests that must not be left out where continuous integration runs.
NEVER_SKIPPED = {"browser", "real_input", "contract", "query", "policy", "write", "claim"}


@pytest.fixture(autouse=True)
def _chinese_unless_said_otherwise() -> Iterator[None]:
    """A test that switches the language leaves no trace in the next."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="session")
def template_directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the migrated SQLite file is kept from run to run, or for this run if pytest is to keep nothing."""
    cache = getattr(request.config, "cache", None)
    return Path(cache.mkdir("template")) if cache else tmp_path_factory.mktemp("template")


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Django must not remove the SQLite file that was laid ready for it; it goes with the directory of the run."""
    return connection.vendor == "sqlite" or bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, template_directory: Path, django_db_blocker: Any
) -> None:
    """Databases start as copies of the template, and are emptied in few statements."""
    emptying.install()
    with django_db_blocker.unblock():
        use_template(template_directory)


@pytest.fixture(scope="session")
def _cast_on_stage(django_db_setup: None, django_db_blocker: Any) -> None:
    """The cast, once and outside of any test's transaction; every test finds it there."""
    with django_db_blocker.unblock():
        assemble()


@pytest.fixture
def cast(_cast_on_stage: None, db: None) -> Cast:
    """Alice, Bob, Charlie, Mallory and the others; see ``tests/cast.py``.

    A test with ``transaction=True`` empties the database when it is over, so the next one brings them in again.
    """
    return assemble()


@pytest.fixture(scope="module")
def lasting(_cast_on_stage: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast, in a transaction around all tests of a file: what the file's own fixtures add here is made once for them all.

    Every test of such a file finds it, so a file has one such scene and no test that wants none.
    """
    around = transaction.atomic()
    # As Django marks the transactions of its own tests, within which a durable one is no mistake.
    around._from_testcase = True  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), translation.override("zh-hans"), around:
        yield assemble()
        transaction.set_rollback(True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--today 2027-06-01`` runs the tests as if on that day, to see that none of them hangs on the calendar."""
    parser.addoption("--today", type=date.fromisoformat, help="the day on which the tests believe to run")


def pytest_configure(config: pytest.Config) -> None:
    """The clock goes on from that day, in this process; processes of their own that a test starts keep the real day."""
    if day := config.getoption("--today"):
        clock = time_machine.travel(datetime.combine(day, time(10), tzinfo=UTC), tick=True)
        clock.start()
        config.add_cleanup(clock.stop)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, so that no process is left alone with one at the end.

    The others keep pytest-django's order, in which those that empty the database come after those that need it filled.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None or empties_the_database(item))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()


def empties_the_database(item: pytest.Item) -> bool:
    """Whether the test works without a transaction of its own around it."""
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Under CI=true a skipped database, browser or real-input test is a failure."""
    report = yield
    marks = NEVER_SKIPPED & {mark.name for mark in item.iter_markers()}
    if report.skipped and marks and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where {', '.join(sorted(marks))} tests must run: {report.longrepr}"
    return report
