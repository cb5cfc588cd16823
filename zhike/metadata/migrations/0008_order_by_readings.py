"""Indexes for lists that are sorted by name, which go by its reading now."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metadata", "0007_read_the_names")]

    operations = [
        migrations.AddIndex(
            "customrecord",
            models.Index(models.F("object"), models.F("name_reading"), models.F("id"), condition=models.Q(("deletion__isnull", True)), name="custom_record_name_reading"),
        ),
    ]
