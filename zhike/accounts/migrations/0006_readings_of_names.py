"""A column for how each name is read, by which lists are sorted."""

from __future__ import annotations

from django.db import migrations

from zhike.metadata.fields.columns import ReadingField


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_absences")]

    operations = [
        migrations.AddField("user", "name_reading", ReadingField(of="name")),
    ]
