"""Migrations that build only the models that they change make the same tables, and show code of theirs whole models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest_django
from django.db import connections, models
from django.db.migrations import AddField, AddIndex, CreateModel, RunPython
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from zhike.cli.quick_states import quick_states
from zhike.config.database import sqlite_database


def migrations() -> list[Migration]:
    """Two tables that lead to each other, an index and a column afterwards, and code that looks at both."""

    def number() -> tuple[str, Any]:
        return ("id", models.BigAutoField(primary_key=True))

    def look(apps: Any, editor: Any) -> None:
        room, person = apps.get_model("house", "Room"), apps.get_model("house", "Person")
        rooms = room.objects.using(editor.connection.alias)
        someone = person.objects.using(editor.connection.alias).create(room=rooms.create(name="a"), age=3)
        rooms.update(keeper=someone)
        found = rooms.filter(people__age=3, keeper__room__people=someone).get()
        assert [field.name for field in room._meta.related_objects] == ["people"]
        assert found.people.get() == someone

    to_room = models.ForeignKey("house.Room", models.CASCADE, related_name="people")
    to_person = models.ForeignKey("house.Person", models.SET_NULL, null=True, related_name="+")
    steps = (
        [
            CreateModel("Room", [number(), ("name", models.CharField(max_length=9))]),
            CreateModel("Person", [number(), ("room", to_room)]),
            AddIndex("Room", models.Index(fields=["name"], name="room_name")),
        ],
        [AddField("Room", "keeper", to_person), AddField("Person", "age", models.IntegerField(default=1))],
        [RunPython(look)],
    )
    made = []
    for place, operations in enumerate(steps, start=1):
        migration = Migration(f"{place:04d}", "house")
        migration.operations = operations
        made.append(migration)
    return made


def tables(path: Path) -> list[tuple[Any, ...]]:
    """What the file holds after the migrations."""
    connections.databases["house"] = {**connections.databases["default"], **sqlite_database(path)}
    here = connections["house"]
    try:
        state = ProjectState()
        state.apps  # noqa: B018 - as the executor does before it begins
        for migration in migrations():
            with here.schema_editor() as editor:
                state = migration.apply(state, editor)
        with here.cursor() as cursor:
            cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
            return list(cursor.fetchall())
    finally:
        here.close()
        del connections["house"]
        del connections.databases["house"]


def test_the_same_tables_come_of_it(tmp_path: Path, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    # Files of its own; the database of the tests is not looked at.
    with django_db_blocker.unblock():
        usual = tables(tmp_path / "usual.sqlite3")
        with quick_states():
            quick = tables(tmp_path / "quick.sqlite3")
    assert quick == usual
    assert {"house_room", "house_person", "room_name"} <= {row[1] for row in quick}
