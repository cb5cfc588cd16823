"""Delivering whatever of an order is left, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.domain.orders.models import OrderLine
from zhike.domain.orders.preparation import quantities
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.records import Row
from zhike.metadata.storage import storage

NOTHING_LEFT = Problem("nothing_left", _("Everything of this order is delivered already."))


def order_deliver(ids: Sequence[int], *, actor: Actor) -> None:
    """One delivery for each order with all that is left of its lines. Raises NotFound, Invalid where nothing is left."""
    with storage().write_transaction():
        seen: Any = policy.queryset_for(actor, registry.get("order"), "edit").filter(pk__in=ids)
        if missing := set(ids) - set(seen.values_list("pk", flat=True)):
            raise NotFound("order", min(missing))
        left: dict[int, list[dict[str, Any]]] = {}
        lines = OrderLine.objects.filter(order_id__in=ids, deletion__isnull=True)
        for line, now in sorted(quantities(lines).items()):
            if now.ordered > now.delivered:
                left.setdefault(now.order, []).append({"line": line, "quantity": now.ordered - now.delivered})
        if empty := set(ids) - set(left):
            raise Invalid({"": [NOTHING_LEFT] * len(empty)})
        orders = sorted(left)
        made = _saved("delivery", [{"order": order} for order in orders], actor)
        _saved(
            "delivery_line",
            [
                {**values, "delivery": delivery}
                for order, delivery in zip(orders, made, strict=True)
                for values in left[order]
            ],
            actor,
        )


def _saved(object_key: str, rows: Sequence[dict[str, Any]], actor: Actor) -> list[int]:
    result = records.save(registry.get(object_key), [Row(values) for values in rows], actor=actor)
    for row in result.rows:
        if row.problems:
            raise Invalid(row.problems)
    return [row.id or 0 for row in result.rows]
