"""A scheme names the field of the customer that its grade goes into, instead of saying whether that is the tier."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def name_the_field(apps: Any, _editor: Any) -> None:
    apps.get_model("tiers", "TierScheme").objects.filter(writes_tier=True).update(writes="tier")


def say_whether(apps: Any, _editor: Any) -> None:
    apps.get_model("tiers", "TierScheme").objects.filter(writes="tier").update(writes_tier=True)


class Migration(migrations.Migration):
    dependencies = [("tiers", "0001_schemes_and_grades")]

    operations = [
        migrations.AddField("tierscheme", "writes", models.CharField(blank=True, default="", max_length=30)),
        migrations.RunPython(name_the_field, say_whether, elidable=True),
        migrations.RemoveConstraint("tierscheme", "tier_scheme_one_writes"),
        migrations.RemoveField("tierscheme", "writes_tier"),
        migrations.AddConstraint(
            "tierscheme",
            models.UniqueConstraint(
                fields=("writes",), condition=models.Q(("writes", ""), _negated=True), name="tier_scheme_one_writes"
            ),
        ),
    ]
