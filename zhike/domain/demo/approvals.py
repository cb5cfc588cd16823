"""A flow of approvals in the demo, one that runs along it, and a manager who is away with a substitute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import override

from zhike.accounts.models import User
from zhike.domain.demo.stories import numbers
from zhike.domain.demo.vocabulary import toml
from zhike.engines.approvals.deciding import approval_grant
from zhike.engines.approvals.flows import flow_create, version_save
from zhike.engines.approvals.starting import approval_start
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import record_save

KIND = "general"


def approvals(
    people: Mapping[Any, int], customers: Mapping[Any, int], actor_of: Callable[[User], Actor], today: date
) -> None:
    """Draw the flow, enter the absence, and send one customer along, which the first has granted already."""
    told = toml("approvals.toml")
    _flow(told["flow"])
    _absence(told["absence"], people, today)
    asked = told["asked"]
    customer, by, first = (
        customers.get(numbers()[asked["customer"]]),
        people.get(asked["by"]),
        people.get(asked["first"]),
    )
    if customer is None or by is None or first is None:
        return
    person = actor_of(User.objects.get(pk=by))
    with override(person.language):
        made = approval_start(registry.get("customer"), customer, kind=KIND, reason=asked["reason"], actor=person)
        if made is not None:
            approval_grant([made], actor=actor_of(User.objects.get(pk=first)), answer=asked["answer"])


def _flow(told: Mapping[str, Any]) -> None:
    flow = flow_create(object_key="customer", kind=KIND, name=told["name"], name_en=told["name_en"], actor=SYSTEM)
    definition = {
        "when": {"all": [{"field": "credit_limit", "op": "gte", "value": told["least"]}]},
        "covers": ["credit_limit"],
        "steps": told["steps"],
    }
    version_save(flow, definition, actor=SYSTEM)


def _absence(told: Mapping[str, Any], people: Mapping[Any, int], today: date) -> None:
    person, deputy = people.get(told["who"]), people.get(told["substitute"])
    if person is None or deputy is None:
        return
    values = {
        "reason": told["reason"],
        "owner": person,
        "substitute": deputy,
        "starts_on": today + timedelta(days=told["begins"]),
        "ends_on": today + timedelta(days=told["ends"]),
    }
    record_save(registry.get("absence"), values, actor=SYSTEM)
