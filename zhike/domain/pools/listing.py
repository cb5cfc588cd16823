"""What the people of a pool see of the customers in it: enough to choose by, phone numbers masked until claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from zhike.domain.customers.models import Customer
from zhike.domain.pools.models import Pool
from zhike.lib.enumeration import enumerated
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.fields.base import Field

#: Fields shown of a customer in the pool, as far as the reader's role shows them at all.
SHOWN = ("kind", "tier", "stage", "industry", "address")
MASKED = ("phones",)
#: Of the address no more than the place.
PLACE = ("province", "city", "district")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Lying:
    """A customer in the pool; ``values`` are plain, ``masked`` is text by field key."""

    id: int
    name: str
    since: datetime | None
    values: dict[str, Any]
    masked: dict[str, str]


def pool_page(pool: Pool, *, actor: Actor, q: str = "", after: int | None = None) -> tuple[list[Lying], int | None]:
    """A page of the pool's customers, the last to come first, and the id after which the next page begins."""
    rows = Customer.objects.filter(pool=pool, deletion__isnull=True).order_by("-custody_since", "-pk")
    if q:
        rows = rows.filter(Q(name__icontains=q))
    last = Customer.objects.filter(pk=after).values_list("custody_since", "pk").first() if after else None
    if last is not None:
        rows = rows.filter(Q(custody_since__lt=last[0]) | Q(custody_since=last[0], pk__lt=last[1]))
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    fields = [field for field in map(registry.get("customer").field, (*SHOWN, *MASKED)) if _known(actor, field)]
    return [_lying(row, fields) for row in found[:PAGE]], more


def _known(actor: Actor, field: Field) -> bool:
    return policy.access(actor, registry.get("customer"), field) > FieldAccess.HIDDEN


def _lying(row: Customer, fields: Sequence[Field]) -> Lying:
    values = {field.key: getattr(row, field.key) for field in fields}
    if values.get("address"):
        values["address"] = {part: text for part, text in values["address"].items() if part in PLACE} or None
    return Lying(
        id=row.pk,
        name=row.name,
        since=row.custody_since,
        values={key: value for key, value in values.items() if key in SHOWN},
        masked={
            field.key: enumerated(field.type.mask(values[field.key], field))
            for field in fields
            if field.key in MASKED and values[field.key]
        },
    )
