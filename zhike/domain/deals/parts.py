"""What is completed on the parts of a deal before they are saved: stakeholders, materials, negotiation steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.preparation import OTHER_CUSTOMERS_CONTACT
from zhike.domain.customers.models import Contact
from zhike.domain.customers.preparation import Found, merged
from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.models.process import StepState
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

WRITTEN_BY_ITSELF = Problem(
    "read_only", _("Process steps are written by the product itself: do what the step asks, and it closes.")
)
Prepare = Callable[[list[Values], Mapping[int, Values], Actor], Found]


def parts_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """A part lies in the department of its deal and concerns contacts of the deal's customer."""
    wanted = {merged(row, existing.get(index), "opportunity") for index, row in enumerate(rows)} - {None}
    deals = Opportunity.objects.filter(pk__in=wanted).values_list("pk", "department_id", "customer_id")
    homes = {pk: (department, customer) for pk, department, customer in deals}
    named = {row["contact"] for row in rows if row.get("contact")}
    customers = dict(Contact.objects.filter(pk__in=named).values_list("pk", "customer_id")) if named else {}
    found: Found = {}
    for index, row in enumerate(rows):
        department, customer = homes.get(merged(row, existing.get(index), "opportunity"), (None, None))
        if index not in existing:
            row["department"] = department or row.get("department")
        if row.get("contact") and customer is not None and customers.get(row["contact"], customer) != customer:
            found[index] = {"contact": OTHER_CUSTOMERS_CONTACT}
    return found


def steps_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Only the product itself writes process steps; one is of its deal's customer, called like its title, open and of now unless it says otherwise."""
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    fresh = [row for index, row in enumerate(rows) if index not in existing]
    wanted = {row["opportunity"] for row in fresh if row.get("customer") is None}
    homes = dict(Opportunity.objects.filter(pk__in=wanted).values_list("pk", "customer_id")) if wanted else {}
    for row in fresh:
        row.setdefault("opened_at", timezone.now())
        row.setdefault("state", StepState.OPEN.value)
        row.setdefault("step", str(row.get("title") or "")[:60])
        if row.get("customer") is None:
            row["customer"] = homes.get(row["opportunity"])
    return {}


def dated(key: str) -> Prepare:
    """As ``parts_prepare``; and a new part is of this moment unless its field ``key`` says otherwise."""

    def prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
        now = timezone.now()
        for index, row in enumerate(rows):
            if index not in existing and row.get(key) is None:
                row[key] = now
        return parts_prepare(rows, existing, actor)

    return prepare
