"""Runs the ``zhike`` command in processes of its own, on a data directory of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.template import copy_template

ROOT = Path(__file__).resolve().parent.parent.parent

#: Needs a server; collected in the run on PostgreSQL only, so that no skip is reported in the other.
collect_ignore = [] if os.environ.get("ZHIKE_TEST_DB") == "postgresql" else ["test_backup_postgresql.py"]

Zhike = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(data: Path, **variables: str) -> dict[str, str]:
    """The environment of a fresh installation on SQLite."""
    outside = {
        name: value for name, value in os.environ.items() if not name.startswith(("ZHIKE_", "DJANGO_", "DATABASE"))
    }
    return {**outside, "ZHIKE_DATA_DIR": str(data), "PYTHONPATH": str(ROOT), "LANG": "en_GB.UTF-8", **variables}


def run(directory: Path, *arguments: str, data: str = "data", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``zhike …`` to its end in ``directory``; the data directory is there under the name ``data``."""
    command = [sys.executable, "-m", "zhike.cli.main", *arguments]
    return subprocess.run(  # noqa: S603
        command,
        env=environment(directory / data, **variables),
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
    )


@pytest.fixture
def zhike(tmp_path: Path) -> Zhike:
    """Runs ``zhike …`` in this test's directory."""
    return partial(run, tmp_path)


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory, template_directory: Path, django_db_blocker: Any) -> Path:
    """The data directory of an installation that is up to date and empty."""
    directory = tmp_path_factory.mktemp("installation")
    (directory / "data").mkdir(mode=0o700)
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            copy_template(template_directory, directory / "data" / "zhike.sqlite3")
    done = run(directory, "migrate")
    assert done.returncode == 0, done.stderr
    return directory / "data"


@pytest.fixture
def installation(_migrated: Path, tmp_path: Path) -> Path:
    """A data directory of this test's own, up to date and empty; ``zhike`` works on it."""
    return Path(shutil.copytree(_migrated, tmp_path / "data"))
