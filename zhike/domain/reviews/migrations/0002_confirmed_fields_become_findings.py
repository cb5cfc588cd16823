"""Fields that reviewers confirmed or corrected become findings about their values; the answers stay with their review."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from zhike.engines.verification.carrying_over import Said, carry_over


def answers_carry_over(apps: Any, _editor: Any) -> None:
    rows = apps.get_model("reviews", "ReviewAnswer").objects.filter(verdict__in=("confirmed", "corrected"))
    listed = rows.order_by("pk").values_list("review__customer_id", "field", "at", "by_id")
    said = (Said("customer", pk, key, at, "review", by) for pk, key, at, by in listed.iterator(chunk_size=2_000))
    carry_over(apps, said)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_business_card"),
        ("metadata", "0005_names_of_native_fields"),
        ("reviews", "0001_archive_review"),
        ("verification", "0002_reviews_as_a_means"),
    ]

    operations = [migrations.RunPython(answers_carry_over, migrations.RunPython.noop, elidable=True)]
