"""Create the full-text index, each database in its own way."""

from __future__ import annotations

from django.db import migrations

from zhike.engines.search.index import postgresql, sqlite


def create(apps, schema_editor):
    statements = (sqlite.CREATE,) if schema_editor.connection.vendor == "sqlite" else postgresql.CREATE
    for statement in statements:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    statements = (sqlite.DROP,) if schema_editor.connection.vendor == "sqlite" else postgresql.DROP
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_documents")]

    operations = [migrations.RunPython(create, drop)]
