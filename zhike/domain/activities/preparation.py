"""What is completed and checked on interactions and tasks before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.choices import TaskStatus
from zhike.domain.customers.models import Contact
from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.lib.phones import parse_phone
from zhike.lib.recurrence import read_recurrence
from zhike.lib.refusal import Refused
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import Values

NO_DUE_TIME = Problem("due_needed", _("Say when the task is due: the repetition counts from there."))
NOT_A_NUMBER = Problem("not_a_phone", _("This is no phone number that can be dialled."))
OTHER_CUSTOMERS_CONTACT = Problem("other_customers_contact", _("This contact belongs to another customer."))


def interactions_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """An interaction happens now unless said otherwise, with a contact of its customer, in the customer's department."""
    now = timezone.now()
    for index, row in enumerate(rows):
        if index not in existing and row.get("happened_at") is None:
            row["happened_at"] = now
    followers_prepare(rows, existing, _actor)
    found = check_contacts(rows, existing)
    for index, row in enumerate(rows):
        if row.get("dialled"):
            try:
                row["dialled"] = parse_phone(row["dialled"])
            except Refused:
                found.setdefault(index, {})["dialled"] = NOT_A_NUMBER
    return found


def tasks_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """A contact or a deal brings its customer with it; the time of completion comes and goes with the status."""
    _customers_from(rows, existing, "opportunity", _customers_of_deals)
    _customers_from(rows, existing, "contact", _customers_of)
    now = timezone.now()
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if merged(row, stored, "status") != TaskStatus.DONE:
            row["done_at"] = None
        elif merged(row, stored, "done_at") is None:
            row["done_at"] = now
    found = check_contacts(rows, existing)
    for index, row in enumerate(rows):
        if row.get("recurs") is not None:
            _repeat(row, existing.get(index), found.setdefault(index, {}))
    return {index: problems for index, problems in found.items() if problems}


def _repeat(row: Values, stored: Values | None, problems: dict[str, Problem]) -> None:
    """What returns needs a day to count from; which day of the month it means is kept, for February has no 31st."""
    due = merged(row, stored, "due_at")
    if due is None:
        problems["recurs"] = NO_DUE_TIME
        return
    rule = read_recurrence(row["recurs"])
    if rule.monthday is None and rule.unit in {"MONTHLY", "YEARLY"}:
        row["recurs"] = replace(rule, monthday=timezone.localtime(due).day).code


def check_contacts(rows: list[Values], existing: Mapping[int, Values]) -> Found:
    """Contacts that belong to another customer than the row's."""
    touched = [index for index, row in enumerate(rows) if row.get("contact") or row.get("customer")]
    named = {index: merged(rows[index], existing.get(index), "contact") for index in touched}
    homes = _customers_of({contact for contact in named.values() if contact})
    found: Found = {}
    for index, contact in named.items():
        customer = merged(rows[index], existing.get(index), "customer")
        if contact is not None and customer is not None and homes.get(contact, customer) != customer:
            found[index] = {"contact": OTHER_CUSTOMERS_CONTACT}
    return found


def _customers_from(
    rows: list[Values], existing: Mapping[int, Values], key: str, customers_of: Callable[[set[int]], dict[int, int]]
) -> None:
    lonely = [
        row for index, row in enumerate(rows) if row.get(key) and merged(row, existing.get(index), "customer") is None
    ]
    homes = customers_of({row[key] for row in lonely})
    for row in lonely:
        row["customer"] = homes.get(row[key])


def _customers_of_deals(deals: set[int]) -> dict[int, int]:
    """Customer of each deal, in one query; deals lie above this package, so that the registry gives their table."""
    if not deals:
        return {}
    rows: Any = policy.every_record(registry.get("opportunity")).filter(pk__in=deals)
    return dict(rows.values_list("pk", "customer_id"))


def _customers_of(contacts: set[int]) -> dict[int, int]:
    """Customer of each contact, in one query."""
    if not contacts:
        return {}
    return dict(Contact.objects.filter(among("pk", contacts)).values_list("pk", "customer_id"))
