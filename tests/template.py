"""A database on which every migration has run: made once, kept between runs, and copied for each process that tests.

It holds only what migrations make. What the product adds after each ``migrate`` is added to every copy anew.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import inspect
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.settings import TEMPLATE_DATABASE
from zhike.cli.quick_states import quick_states


def migration_key() -> str:
    """Another one after every change of a migration, of what it imports of ours, of Django and of the database."""
    files = {Path(inspect.getfile(type(found))) for found in MigrationLoader(None).disk_migrations.values()}
    files |= {imported for path in files for imported in imports(path)}
    found = hashlib.sha256(f"{django.VERSION} {connection.vendor}".encode())
    for path in sorted(files):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def imports(path: Path) -> Iterator[Path]:
    """Files of our own modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            found = our_module(name) or our_module(name.rpartition(".")[0])
            if found is not None:
                yield found


def our_module(name: str) -> Path | None:
    """The file of a module of ours; None where the name means something else."""
    if not name.startswith("zhike."):
        return None
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


@contextmanager
def in_database(name: str) -> Iterator[None]:
    """The connection leads to another database for the time being."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def migrate() -> None:
    """Run every migration, and nothing that comes after."""
    migrate_to(MigrationLoader(None).graph.leaf_nodes())


def migrate_to(targets: Iterable[tuple[str, str]]) -> ProjectState:
    """Run migrations forwards or back to these, and nothing that comes after; the state that they lead to."""
    with quick_states():
        state: ProjectState = MigrationExecutor(connection).migrate(list(targets))
    state.clear_delayed_apps_cache()
    return state


def copy_template(directory: Path, target: Path) -> None:
    """Lay the template down as an SQLite file; whoever comes first makes it in ``directory``, the others wait."""
    kept = directory / f"{migration_key()}.sqlite3"
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in directory.glob("*.sqlite3*"):
                old.unlink()
            unfinished = directory / "unfinished.sqlite3"
            with in_database(str(unfinished)):
                migrate()
            unfinished.rename(kept)
        shutil.copyfile(kept, target)


def template_database() -> str:
    """The template on the PostgreSQL server; its comment says of which migrations it is."""
    key, quoted = migration_key(), connection.ops.quote_name(TEMPLATE_DATABASE)
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE_DATABASE])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [TEMPLATE_DATABASE]
        )
        if cursor.fetchone() != (key,):
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted}")
            with in_database(TEMPLATE_DATABASE):
                migrate()
            cursor.execute(f"COMMENT ON DATABASE {quoted} IS '{key}'")
    return TEMPLATE_DATABASE


def use_template(directory: Path) -> None:
    """Let Django find every table in the test database that it is about to make."""
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        copy_template(directory, Path(test["NAME"]))
    else:
        test["TEMPLATE"] = template_database()
