"""What customers and activities put on the work page: customers gone silent, and the numbers of the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from zhike.domain.activities.queries import (
    SILENCE_DAYS,
    contacts_per_week,
    customer_numbers,
    customers_silent,
    task_numbers,
)
from zhike.domain.customers.choices import Tier
from zhike.engines.work import contributions
from zhike.engines.work.contributions import Number, Suggestion, SuggestionGroup
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import record_url
from zhike.metadata.places import list_url

MOST_SILENT = 5


@contributions.suggester
def silent_customers(actor: Actor, context: Context) -> SuggestionGroup | None:
    """The actor's customers with whom nobody was in touch for longer than their tier allows."""
    customer = registry.get("customer")
    if not policy.may(actor, customer, "view") or not policy.may(actor, registry.get("interaction"), "create"):
        return None
    if not all(policy.comparable(actor, customer, customer.field(key)) for key in ("name", "tier", "annual_revenue")):
        return None
    rows = customers_silent(actor, context.now).values_list("pk", "name", "tier", "last_contact_at")[:MOST_SILENT]
    found = [suggestion(context, *row) for row in rows]
    return SuggestionGroup(gettext_lazy("Not contacted for long"), found)


def suggestion(context: Context, pk: int, name: str, tier: str, last: datetime | None) -> Suggestion:
    days = (context.now - last).days if last is not None else None
    return Suggestion(
        object_key="customer",
        record_id=pk,
        title=name,
        url=record_url(registry.get("customer"), pk),
        reason=reason(tier, days),
        icon="user-heart",
        act_label=gettext_lazy("Log a contact"),
        act_url=f"/log/?{urlencode({'customer': pk})}",
        act_icon="edit",
        note=ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days is not None else "",
    )


def reason(tier: str, days: int | None) -> str:
    """Why it is time: the tier, how long nothing happened, and how long it should be at most."""
    label = Tier(tier).label
    if days is None:
        return _("%(tier)s: nobody has been in touch yet") % {"tier": label}
    bound = SILENCE_DAYS[Tier(tier)]
    return _("%(tier)s: no contact for %(days)s days, at most %(bound)s are right") % {
        "tier": label,
        "days": days,
        "bound": bound,
    }


@contributions.counter
def week_in_numbers(actor: Actor, context: Context) -> Sequence[Number]:
    """Tasks and contacts of the actor in this week against the last."""
    found: list[Number] = []
    if policy.may(actor, registry.get("task"), "view"):
        tasks = task_numbers(actor, context.now)
        found += [
            Number(
                gettext_lazy("Due today"),
                str(tasks["today"] + tasks["overdue"]),
                _("%(count)s overdue") % {"count": tasks["overdue"]} if tasks["overdue"] else "",
                is_better=False if tasks["overdue"] else None,
                url=mine("task", {"field": "status", "op": "eq", "value": "open"}),
            ),
            Number(
                gettext_lazy("Done this week"),
                str(tasks["done"]),
                trend(tasks["done"], tasks["done_before"]),
                is_better=better(tasks["done"], tasks["done_before"]),
                url=mine("task", {"field": "done_at", "op": "during", "value": "this_week"}),
            ),
        ]
    if policy.may(actor, registry.get("interaction"), "view"):
        this, last = contacts_per_week(actor, context.now)
        found.append(
            Number(
                gettext_lazy("Contacts this week"),
                str(this),
                trend(this, last),
                is_better=better(this, last),
                url=mine("interaction", {"field": "happened_at", "op": "during", "value": "this_week"}),
            )
        )
    if policy.may(actor, registry.get("customer"), "view"):
        total, new = customer_numbers(actor, context.now)
        found.append(
            Number(
                gettext_lazy("My customers"),
                f"{total:,}",
                _("%(count)s new this month") % {"count": new} if new else "",
                is_better=True if new else None,
                url=mine("customer", {"field": "stage", "op": "ne", "value": "lost"}),
            )
        )
    return found


def trend(this: int, last: int) -> str:
    """The difference to the week before at the same moment."""
    if this == last:
        return _("as last week")
    more = _("%(count)s more than last week") if this > last else _("%(count)s fewer than last week")
    return more % {"count": abs(this - last)}


def better(this: int, last: int) -> bool | None:
    return None if this == last else this > last


def mine(object_key: str, condition: dict[str, Any]) -> str:
    """Address of the list of the actor's own records under one more condition."""
    own = {"field": "owner", "op": "eq", "value": "me"}
    text = orjson.dumps({"all": [own, condition]}).decode()
    return f"{list_url(object_key)}?{urlencode({'filter': text})}"
