"""A column for how each name is read, by which lists are sorted."""

from __future__ import annotations

from django.db import migrations

from zhike.metadata.fields.columns import ReadingField


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_business_card")]

    operations = [
        migrations.AddField("customer", "name_reading", ReadingField(of="name")),
        migrations.AddField("contact", "name_reading", ReadingField(of="name")),
    ]
