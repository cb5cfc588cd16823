"""Customers with figures and schemes over them, for the tests of this package."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from zhike.domain.tiers.following import cuts_of
from zhike.domain.tiers.models import TierGrade, TierScheme, TierVersion
from zhike.domain.tiers.regrading import regrade
from zhike.domain.tiers.schemes import scheme_create, version_save
from zhike.domain.trade.models import PurchaseFigures
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

RULES: dict[str, Any] = {
    "by": "rules",
    "grades": [
        {
            "key": "high",
            "label": "高",
            "label_en": "High",
            "is_key": True,
            "rule": {"all": [{"field": "net_amount", "op": "gte", "value": 100_000}]},
        },
        {
            "key": "middle",
            "label": "中",
            "label_en": "Middle",
            "rule": {"all": [{"field": "net_amount", "op": "gte", "value": 10_000}]},
        },
        {"key": "low", "label": "低", "label_en": "Low"},
    ],
}


def customer(name: str, **values: Any) -> int:
    return record_save(registry.get("customer"), {"name": name, **values}, actor=SYSTEM)


def figures(pk: int, **values: Any) -> int:
    """Set figures of a customer as if computed."""
    PurchaseFigures.objects.update_or_create(pk=pk, defaults={"computed_at": timezone.now(), **values})
    return pk


def worth(name: str, yuan: int, **values: Any) -> int:
    return figures(customer(name, **values), net_amount=yuan * 100)


def scheme(definition: dict[str, Any] = RULES, *, key: str = "value", writes_tier: bool = True) -> TierVersion:
    made = scheme_create(key=key, name="价值分级", name_en="Value", writes_tier=writes_tier, actor=SYSTEM)
    return version_save(made, definition, effective_on=timezone.localdate(), actor=SYSTEM)


def grade(version: TierVersion, condition: Q | None = None) -> int:
    return regrade(version, cuts_of(version), condition or Q())


def grades(found: TierScheme) -> dict[int, str]:
    return dict(TierGrade.objects.filter(scheme=found).values_list("customer_id", "grade"))


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)
