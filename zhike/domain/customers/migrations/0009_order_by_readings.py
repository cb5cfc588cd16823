"""Indexes for lists that are sorted by name, which go by its reading now."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_read_the_names")]

    operations = [
        migrations.RemoveIndex("customer", "customer_dept_name"),
        migrations.RemoveIndex("customer", "customer_owner_name"),
        migrations.AddIndex(
            "customer",
            models.Index(models.F("name_reading"), models.F("id"), condition=models.Q(("deletion__isnull", True)), name="customer_name_reading"),
        ),
        migrations.AddIndex(
            "customer",
            models.Index(models.F("department"), models.F("name_reading"), models.F("id"), condition=models.Q(("deletion__isnull", True)), name="customer_dept_name_reading"),
        ),
        migrations.AddIndex(
            "customer",
            models.Index(models.F("owner"), models.F("name_reading"), models.F("id"), condition=models.Q(("deletion__isnull", True)), name="customer_owner_name_reading"),
        ),
    ]
