"""Customers and quotes as tests make them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.cast import actor
from tests.domain.catalog.goods import product
from zhike.accounts.models import User
from zhike.metadata import registry
from zhike.metadata.records import record_save


def customer(owner: User, name: str = "海天包装", **values: Any) -> int:
    given = {"kind": "company", "name": name, **values}
    return record_save(registry.get("customer"), given, actor=actor(owner))


def quote(owner: User, *lines: dict[str, Any], **values: Any) -> int:
    """The id of a draft with these lines; one line of two printers at 100 yuan where none is given."""
    given = {
        "customer": values.pop("customer", None) or customer(owner),
        "title": "会议室设备",
        "valid_until": (timezone.localdate() + timedelta(days=20)).isoformat(),
        "lines": list(lines) or [{"name": "打印机", "quantity": 2, "unit_price": "100", "tax_rate": 13}],
        **values,
    }
    return record_save(registry.get("quote"), given, actor=actor(owner))


__all__ = ["customer", "product", "quote"]
