"""A column for how each name is read, by which lists are sorted."""

from __future__ import annotations

from django.db import migrations

from zhike.metadata.fields.columns import ReadingField


class Migration(migrations.Migration):
    dependencies = [("metadata", "0005_names_of_native_fields")]

    operations = [
        migrations.AddField("customrecord", "name_reading", ReadingField(of="name")),
    ]
