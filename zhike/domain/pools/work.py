"""Customers that their owner is about to lose, on the work page."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.work import contributions
from zhike.engines.work.contributions import Suggestion, SuggestionGroup
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.places import record_url
from zhike.metadata.query import Query

MOST_SHOWN = 5
#: Days of the calendar.
SOON = 7


@contributions.suggester
def customers_leaving(actor: Actor, context: Context) -> SuggestionGroup | None:
    """Own customers that go back to the pool within a week, the next ones first."""
    customer = registry.get("customer")
    if actor.user_id is None or not policy.may(actor, customer, "view"):
        return None
    soon = {
        "all": [
            {"field": "owner", "op": "eq", "value": "me"},
            {"field": "recall_on", "op": "next_n_days", "value": SOON},
        ]
    }
    field = customer.field("recall_on")
    rows: Any = Query(customer, actor, context, filter=soon).rows().annotate(leaves=field.type.expression(field))
    found = [
        Suggestion(
            object_key="customer",
            record_id=pk,
            title=name,
            url=record_url("customer", pk),
            reason=_("Goes back to the public pool unless you follow up"),
            icon="hourglass",
            act_label=gettext_lazy("Log a contact"),
            act_url=f"/log/?customer={pk}",
            act_icon="phone",
            note=date_format(day, "MONTH_DAY_FORMAT"),
        )
        for pk, name, day in rows.order_by("leaves", "pk").values_list("pk", "name", "leaves")[:MOST_SHOWN]
    ]
    return SuggestionGroup(gettext_lazy("About to be lost"), found)
