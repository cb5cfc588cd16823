"""Customers with evidence, for the tests of this package."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.risk.scheme import risk_scheme, risk_version
from zhike.domain.tiers.models import TierGrade
from zhike.domain.tiers.regrading import regrade
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import record_save


def customer(name: str = "鼎盛包装", **values: Any) -> int:
    return record_save(registry.get("customer"), {"name": name, **values}, actor=SYSTEM)


def signal(pk: int, indicator: str = "arrears", *, days: int = 0, actor: Actor = SYSTEM, **values: Any) -> int:
    """Evidence seen so many days ago."""
    told = {
        "customer": pk,
        "indicator": indicator,
        "seen": "看到的情况",
        "seen_on": timezone.localdate() - timedelta(days),
    }
    return record_save(registry.get("risk_signal"), {**told, **values}, actor=actor)


def weigh(condition: Q | None = None) -> int:
    """Grade everybody; returns how many moved."""
    risk_scheme()
    version = risk_version()
    assert version is not None
    return regrade(version, [], condition or Q())


def level(pk: int) -> str:
    return str(Customer.objects.get(pk=pk).risk)


def score(pk: int) -> int | None:
    return TierGrade.objects.filter(customer_id=pk, scheme=risk_scheme()).values_list("score", flat=True).first()
