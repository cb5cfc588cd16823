"""``zhike migrate``: brings the database up to date."""

from __future__ import annotations

import argparse

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhike.cli.language import _
from zhike.cli.quick_states import quick_states


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> int:
    """Apply what is pending and name it."""
    names = pending()
    for name in names:
        print(name)
    apply()
    print(_("The database is up to date."))
    return 0


def pending() -> list[str]:
    """Names of the migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def apply() -> None:
    """Apply all migrations; quick when there are none, and what follows a migration is done even then."""
    with quick_states():
        call_command("migrate", interactive=False, verbosity=0)
