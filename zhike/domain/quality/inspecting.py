"""Sampling inspections: a random sample of one person's customers, judged field by field by somebody who answers for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from secrets import randbelow
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.quality.models import Inspection, InspectionItem, Verdict
from zhike.domain.quality.people import is_manager, people_seen
from zhike.domain.quality.rules import current_rules
from zhike.domain.quality.snapshots import share
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.fields.base import Field
from zhike.metadata.query import first_rows
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

MOST = 50
NOBODY = Problem("nobody", _("Choose somebody whose customers you answer for."))
NO_CUSTOMERS = Problem("no_customers", _("This person has no customers to inspect."))
BAD_SIZE = Problem("bad_size", _("Draw between 1 and 50 customers."))
UNKNOWN = Problem("unknown_verdict", _("Say right, wrong, or that it could not be checked."))


def sample(ids: Sequence[int], size: int, seed: int) -> list[int]:
    """The same customers for the same population and seed, whoever draws."""
    ordered = sorted(ids)
    return sorted(Random(seed).sample(ordered, min(size, len(ordered))))


def inspection_start(user_id: int, size: int, *, actor: Actor, seed: int | None = None) -> Inspection:
    """Draw a sample of a person's customers; raises Denied and Invalid."""
    if not is_manager(actor):
        raise Denied("customer", "edit")
    if user_id == actor.user_id or not people_seen(actor).filter(pk=user_id).exists():
        raise Invalid({"user": [NOBODY]})
    if not 1 <= size <= MOST:
        raise Invalid({"size": [BAD_SIZE]})
    customer = registry.get("customer")
    ids = list(policy.queryset_for(actor, customer).filter(owner_id=user_id).values_list("pk", flat=True))
    if not ids:
        raise Invalid({"user": [NO_CUSTOMERS]})
    drawn_by = randbelow(2**31) if seed is None else seed
    chosen = sample(ids, size, drawn_by)
    with storage().write_transaction():
        made = Inspection.objects.create(
            user_id=user_id,
            by_id=actor.user_id or 0,
            seed=drawn_by,
            population=len(ids),
            size=len(chosen),
            created_at=timezone.now(),
        )
        InspectionItem.objects.bulk_create(_items(made, chosen, actor))
    return made


def _items(made: Inspection, ids: Sequence[int], actor: Actor) -> list[InspectionItem]:
    """One for each field that the rules count and the customer has."""
    customer = registry.get("customer")
    readable = {field.key for field in policy.readable_fields(actor, customer)}
    keys = {item.key for group in current_rules().groups for item in group.items} & readable
    rows: Any = policy.every_record(customer).filter(pk__in=ids)
    found = first_rows(
        customer, rows, actor=actor, context=context_for(actor), columns=[*sorted({*keys, "kind", "tier"} & readable)]
    )
    items = []
    for row in found:
        group = current_rules().group_for(row.values.get("kind"), row.values.get("tier"))
        for item in group.items if group else ():
            value = row.values.get(item.key)
            if item.key in keys and item.key not in row.masked and value is not None:
                field = customer.field(item.key)
                items.append(
                    InspectionItem(
                        inspection=made, customer_id=row.id, field_key=item.key, value=field.type.to_json(value, field)
                    )
                )
    return items


def inspections_seen(actor: Actor) -> Any:
    """Inspections of people whom the actor answers for, and of themselves, with how far they are."""
    rows = Inspection.objects.filter(user__in=people_seen(actor).values("pk"))
    return rows.annotate(
        items_in_all=Count("items"),
        still_open=Count("items", filter=Q(items__verdict=Verdict.OPEN)),
        found_right=Count("items", filter=Q(items__verdict=Verdict.RIGHT)),
        found_wrong=Count("items", filter=Q(items__verdict=Verdict.WRONG)),
    ).order_by("-pk")


def inspection_found(inspection_id: int, *, actor: Actor) -> Inspection:
    """Raises NotFound for what lies outside the actor's reach."""
    found: Inspection | None = inspections_seen(actor).filter(pk=inspection_id).first()
    if found is None:
        raise NotFound("inspection", inspection_id)
    return found


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One field of a sample that the actor sees, with the name of its customer."""

    item: InspectionItem
    customer: str
    field: Field


def items_seen(found: Inspection, *, actor: Actor) -> list[SeenItem]:
    """The fields of a sample, customer by customer: of customers and fields that the actor sees in full."""
    customer = registry.get("customer")
    items = list(InspectionItem.objects.filter(inspection=found).order_by("customer_id", "pk"))
    visible: Any = policy.queryset_for(actor, customer).filter(pk__in={item.customer_id for item in items})
    names = dict(visible.values_list("pk", "name"))
    fields = {field.key: field for field in customer.active_fields if policy.comparable(actor, customer, field)}
    return [
        SeenItem(item, names[item.customer_id], fields[item.field_key])
        for item in items
        if item.customer_id in names and item.field_key in fields
    ]


def item_judge(inspection_id: int, item_id: int, verdict: str, *, actor: Actor, note: str = "") -> InspectionItem:
    """Say what one field is; the last one closes the inspection. Raises NotFound, Denied and Invalid."""
    found = inspection_found(inspection_id, actor=actor)
    if not is_manager(actor) or found.user_id == actor.user_id:
        raise Denied("customer", "edit")
    if verdict not in Verdict.values:
        raise Invalid({"verdict": [UNKNOWN]})
    with storage().write_transaction():
        item = InspectionItem.objects.select_for_update().filter(pk=item_id, inspection=found).first()
        if item is None:
            raise NotFound("inspection", item_id)
        item.verdict, item.note, item.by_id, item.at = verdict, note[:200], actor.user_id, timezone.now()
        item.save(update_fields=["verdict", "note", "by_id", "at"])
        is_over = not InspectionItem.objects.filter(inspection=found, verdict=Verdict.OPEN).exists()
        Inspection.objects.filter(pk=found.pk).update(closed_at=timezone.now() if is_over else None)
    return item


def error_rate(right: int, wrong: int) -> int | None:
    """Wrong ones in per cent of those that could be checked."""
    return share(wrong, right + wrong)
