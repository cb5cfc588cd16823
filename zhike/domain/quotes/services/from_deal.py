"""A quote out of an opportunity: its customer, contact and lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhike.accounts.rights import on_behalf
from zhike.domain.deals.models import Opportunity
from zhike.domain.quotes.services.sending import raw
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.line_rows import stored_lines
from zhike.metadata.object_type import Values
from zhike.metadata.records import record_save
from zhike.metadata.storage import storage
from zhike.metadata.writes import Made

#: What a line of a deal says that a line of a quote says too.
TAKEN = ("product", "name", "quantity", "unit", "unit_price", "discount_percent")


def quotes_from_deals(ids: Sequence[int], *, actor: Actor) -> Made:
    """A draft for each opportunity, with its lines at the deal's own prices. Raises Denied or NotFound."""
    quote, deal = registry.get("quote"), registry.get("opportunity")
    policy.require(actor, quote, "create")
    with storage().write_transaction():
        rows: Any = policy.queryset_for(actor, deal, "edit").filter(pk__in=list(ids))
        found = {row.pk: row for row in rows}
        if missing := set(ids) - set(found):
            raise NotFound("opportunity", min(missing))
        lines = stored_lines(deal.lines, list(ids)) if deal.lines else {}
        made = [record_save(quote, _values(found[pk], lines.get(pk, [])), actor=on_behalf(actor)) for pk in ids]
    return Made("quote", tuple(made))


def _values(deal: Opportunity, lines: Sequence[Values]) -> dict[str, Any]:
    values = {"title": deal.name, "customer": deal.customer_id, "contact": deal.contact_id, "opportunity": deal.pk}
    given = {key: value for key, value in values.items() if value is not None}
    line_type = registry.get("opportunity_line")
    return {**given, "lines": [raw(line_type, {key: line.get(key) for key in TAKEN}) for line in lines]}
