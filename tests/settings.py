"""The product's settings over temporary data: a database, hashes and files for tests.

ZHIKE_TEST_DB chooses the database: ``sqlite`` (default) or ``postgresql`` (at DATABASE_URL, else on this machine).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any

DIRECTORY = tempfile.mkdtemp(prefix="zhike-test-")
OWNER = os.getpid()
OUTSIDE = ("ZHIKE_HOST", "ZHIKE_PORT", "ZHIKE_URL", "ZHIKE_SECRET_KEY_FILE", "ZHIKE_DATA_DIR_FILE")


def choose_environment() -> None:
    """Keep the developer's own settings out of the tests."""
    for name in OUTSIDE:
        os.environ.pop(name, None)
    os.environ["ZHIKE_DATA_DIR"] = DIRECTORY
    os.environ["ZHIKE_SECRET_KEY"] = "a key for tests, the same in every run and process"
    # Playwright runs an event loop in the thread of the test; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def remove_directory() -> None:
    """Remove the data of this run; forked children must leave it alone."""
    if os.getpid() == OWNER:
        shutil.rmtree(DIRECTORY, ignore_errors=True)


choose_environment()
atexit.register(remove_directory)

from zhike.config import env, messages  # noqa: E402 - the environment must be set before the settings are read
from zhike.config.database import postgres_database, sqlite_database  # noqa: E402
from zhike.config.settings import *  # noqa: E402, F403
from zhike.config.settings import ENVIRONMENT, STORAGES  # noqa: E402

LOCAL_POSTGRES = {"DATABASE_URL": "postgresql://postgres@127.0.0.1:5432/postgres"}
#: Databases of this checkout on a PostgreSQL server, so that two checkouts may test at once.
TEST_DATABASE = f"test_zhike_{zlib.crc32(str(Path.cwd()).encode())}"
TEMPLATE_DATABASE = f"{TEST_DATABASE}_template"


def chosen_database() -> dict[str, Any]:
    """The database entry that ZHIKE_TEST_DB asks for; nobody misses its data after a power cut, so no commit waits for the disk."""
    kind = os.environ.get("ZHIKE_TEST_DB", "sqlite")
    if kind == "sqlite":
        entry = sqlite_database(ENVIRONMENT.data_dir / "zhike.sqlite3")
        entry["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
        # A file and not memory: workers and the live server are threads and processes of their own.
        return {**entry, "CONN_MAX_AGE": 0, "TEST": {"NAME": str(ENVIRONMENT.data_dir / "test.sqlite3")}}
    if kind == "postgresql":
        address = ENVIRONMENT.database or env.postgres("DATABASE_URL", environ=LOCAL_POSTGRES)
        if address is None:
            raise env.BadSetting("DATABASE_URL", "names no PostgreSQL")
        entry = postgres_database(address)
        given = str(entry["OPTIONS"].get("options", ""))
        entry["OPTIONS"]["options"] = f"{given} -c synchronous_commit=off".strip()
        return {**entry, "CONN_MAX_AGE": 0, "TEST": {"NAME": TEST_DATABASE}}
    raise env.BadSetting("ZHIKE_TEST_DB", f"{kind!r} is neither sqlite nor postgresql")


messages.compile_stale()
(ENVIRONMENT.data_dir / "static").mkdir(exist_ok=True)
DATABASES = {"default": chosen_database()}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
