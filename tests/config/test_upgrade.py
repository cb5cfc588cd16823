"""An upgrade from the state before the last migrations keeps every row, and no model waits for a migration."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from tests.cast import Cast
from tests.permissions.digest import tables
from tests.template import migrate_to
from tests.web.records import customers, records

pytestmark = pytest.mark.django_db


#: App and name of a migration.
State = tuple[str, str]


def previous_states() -> list[State]:
    """(app, migration before the last) of our apps, where the last one can be taken back."""
    loader = MigrationExecutor(connection).loader
    found = []
    for app, name in loader.graph.leaf_nodes():
        migration = loader.get_migration(app, name)
        before = [parent for parent in loader.graph.node_map[app, name].parents if parent.key[0] == app]
        is_ours = type(migration).__module__.startswith("zhike.")
        if is_ours and before and all(operation.reversible for operation in migration.operations):
            found.append((app, before[0].key[1]))
    return sorted(found)


def together(states: list[State]) -> list[list[State]]:
    """The states in few steps back: none of a step takes back what another of it stands on."""
    executor = MigrationExecutor(connection)
    steps: list[tuple[list[State], set[State]]] = []
    for state in states:
        undone = {(migration.app_label, migration.name) for migration, _back in executor.migration_plan([state])}
        fitting = (found for found in steps if state not in found[1] and undone.isdisjoint(found[0]))
        step, gone = next(fitting, ([], set()))
        if not step:
            steps.append((step, gone))
        step.append(state)
        gone.update(undone)
    return [step for step, _gone in steps]


@pytest.fixture
def _states_are_rendered_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the way back Django builds the models of every state anew after each operation, also of those that nobody looks at."""

    def mutate_state(migration: Migration, state: ProjectState, preserve: bool = True) -> ProjectState:
        rendered = state.__dict__.pop("apps", None)
        changed = state.clone() if preserve else state
        if preserve and rendered is not None:
            state.__dict__["apps"] = rendered
        for operation in migration.operations:
            operation.state_forwards(migration.app_label, changed)
        return changed

    monkeypatch.setattr(Migration, "mutate_state", mutate_state)


#: Column → values in the order of the ids, by table.
Contents = dict[str, dict[str, list[object]]]
#: Filled anew by what follows the change log.
DERIVED = ("search_", "metadata_timelineentry")


def contents() -> Contents:
    """All that the tables of our records hold."""
    found: Contents = {}
    with connection.cursor() as cursor:
        for table in tables():
            if table.startswith(DERIVED):
                continue
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            columns = [str(column[0]) for column in cursor.description]
            rows = cursor.fetchall()
            found[table] = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    return found


def lost(before: Contents, between: Contents, after: Contents) -> list[str]:
    """Columns that were there all the time and hold something else than before."""
    return [
        f"{table}.{column}"
        for table, columns in between.items()
        for column in columns
        if column in before.get(table, {}) and before[table][column] != after[table].get(column)
    ]


def test_no_model_waits_for_a_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.slow
@pytest.mark.usefixtures("_states_are_rendered_when_looked_at")
@pytest.mark.django_db(transaction=True)
def test_rows_written_before_the_last_migrations_are_there_after_them(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=["13800001234"])
    records("contact", [{"customer": pk, "name": "王芳"}])
    records("task", [{"title": "回访", "customer": pk, "owner": cast.bob.pk}])
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    states = previous_states()
    assert len(states) > 2

    # Not all at once: the states before may need each other's last migrations.
    for step in together(states):
        before = contents()
        migrate_to(step)
        between = contents()
        migrate_to(leaves)
        assert between["customers_customer"]["name"] == ["海天包装"]
        assert lost(before, between, contents()) == [], step
