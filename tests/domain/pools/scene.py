"""A pool with Bob and Charlie as members and Alice as its manager, and customers in and out of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.domain.pools.models import Pool
from zhike.domain.pools.services import hands
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

PHONE = "13800556601"


def make_pool(cast: Cast, **values: Any) -> Pool:
    given = {
        "name": "华东公海",
        "managers": [cast.alice.pk],
        "members": [cast.bob.pk, cast.charlie.pk],
        **values,
    }
    return Pool.objects.get(pk=record_save(registry.get("pool"), given, actor=SYSTEM))


def make_customer(cast: Cast, name: str = "海天包装", **values: Any) -> int:
    given = {"name": name, "kind": "company", "phones": [PHONE], "owner": cast.bob.pk, "department": cast.first.pk}
    return record_save(registry.get("customer"), {**given, **values}, actor=SYSTEM)


def lying(cast: Cast, *names: str) -> list[int]:
    """Customers that lie in the pool that takes them."""
    ids = [make_customer(cast, name, owner=cast.clara.pk) for name in names or ("海天包装",)]
    hands.release(ids, actor=actor(cast.clara), reason="清理")
    return ids


def owned_since(pk: int, at: datetime) -> None:
    Customer.objects.filter(pk=pk).update(custody_since=at)


def spoke(cast: Cast, customer: int, at: datetime, **values: Any) -> int:
    given = {"customer": customer, "happened_at": at, "channel": "call", "content": "聊过", "owner": cast.bob.pk}
    return record_save(registry.get("interaction"), {**given, **values}, actor=SYSTEM)


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


__all__ = ["days_ago", "lying", "make_customer", "make_pool", "owned_since", "spoke"]
