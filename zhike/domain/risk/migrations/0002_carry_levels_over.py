"""Levels that people had set by hand become evidence, so that the rules go on from them instead of forgetting them."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

CHUNK = 2_000
#: Level set by hand → how far it is relied upon, so that the delivered rules give the same level at first.
RELIABILITY = {"high": "confirmed", "watch": "likely"}
SEEN = {"high": "此前人工设定的风险等级：高", "watch": "此前人工设定的风险等级：关注"}


def carry_over(apps: Any, _editor: Any) -> None:
    signals = apps.get_model("risk", "RiskSignal")
    rows = apps.get_model("customers", "Customer").objects.filter(risk__in=RELIABILITY, deletion__isnull=True)
    now, today = timezone.now(), timezone.localdate()
    batch = []
    for pk, level, owner, department in rows.order_by("pk").values_list("pk", "risk", "owner_id", "department_id"):
        batch.append(
            signals(
                customer_id=pk,
                indicator="carried_over",
                seen=SEEN[level],
                seen_on=today,
                source="internal",
                reliability=RELIABILITY[level],
                state="open",
                owner_id=owner,
                department_id=department,
                created_at=now,
                updated_at=now,
            )
        )
        if len(batch) >= CHUNK:
            signals.objects.bulk_create(batch)
            batch = []
    signals.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_evidence_holds_and_plans")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=True)]
