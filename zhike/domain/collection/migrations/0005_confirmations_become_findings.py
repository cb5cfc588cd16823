"""What customers confirmed over links and by phone becomes findings about values, which are kept in one place now."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from zhike.engines.verification.carrying_over import Said, carry_over

MEANS = {"self_update": "link"}


def confirmations_carry_over(apps: Any, _editor: Any) -> None:
    rows = apps.get_model("collection", "Confirmation").objects.order_by("pk").iterator(chunk_size=2_000)
    said = (
        Said(row.object_key, row.record_id, row.field_key, row.at, MEANS.get(row.means, row.means), row.by_id)
        for row in rows
    )
    carry_over(apps, said)


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0004_who_told_a_proposal"),
        ("customers", "0006_business_card"),
        ("metadata", "0005_names_of_native_fields"),
        ("verification", "0002_reviews_as_a_means"),
    ]

    operations = [migrations.RunPython(confirmations_carry_over, migrations.RunPython.noop, elidable=True)]
