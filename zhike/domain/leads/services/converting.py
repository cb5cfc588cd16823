"""A lead becomes a customer with a contact and an opportunity, after a look at what is there already; and back again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.domain.customers.choices import CustomerKind
from zhike.domain.leads.models import Lead, LeadState
from zhike.domain.leads.services.handling import held
from zhike.engines.duplicates.hints import hints
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.models import Batch
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin, Row, raise_for
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage
from zhike.metadata.undo import undo

SOURCE = "lead"
MOST_NAMED = 3
NOT_CONVERTED = Problem(
    "not_converted", gettext_lazy("This lead is not converted, or not by a conversion that can be taken back.")
)
CHANGED_SINCE = Problem(
    "changed_since",
    gettext_lazy(
        "Customer, contact or opportunity were changed since, so that they stay. Delete what is not wanted by hand."
    ),
)
#: Fields that the customer has under the same key.
SAME = ("name", "kind", "phones", "emails", "wechat", "address", "needs", "source")


def lead_convert(
    ids: Sequence[int],
    *,
    actor: Actor,
    customer: int | None = None,
    anyway: bool | None = False,
    opportunity: bool | None = True,
) -> None:
    """Make a customer (or take the one named), a contact and an opportunity of each lead, in one transaction.

    Raises NotFound, Denied for who may make none of these, and Invalid naming similar customers unless ``anyway``.
    """
    with storage().write_transaction():
        for lead in held(ids, actor):
            _convert(lead, actor, customer, anyway=bool(anyway), with_opportunity=bool(opportunity))


def _convert(lead: Lead, actor: Actor, known: int | None, *, anyway: bool, with_opportunity: bool) -> None:
    batches: list[int] = []
    first = _last_batch()
    values = _values(lead)
    if known is None and not anyway:
        _require_none_alike(values, actor)
    if known is None:
        known = _make("customer", {**values, "owner": lead.owner_id or actor.user_id}, lead, actor, batches)
    elif not policy.queryset_for(actor, registry.get("customer")).filter(pk=known).exists():
        raise NotFound("customer", known)
    person = _contact(lead, known, actor, batches)
    if with_opportunity and "opportunity" in registry.catalogue():
        named = _("%(name)s: %(product)s") % {"name": lead.name, "product": lead.product or _("first deal")}
        given = {"name": named[:160], "customer": known, "contact": person, "owner": lead.owner_id or actor.user_id}
        _make("opportunity", given, lead, actor, batches)
    now = timezone.now()
    row = {
        "state": LeadState.CONVERTED.value,
        "customer": known,
        "contact": person,
        "converted_at": now,
        "responded_at": lead.responded_at or now,
    }
    records.record_save(registry.get("lead"), row, id=lead.pk, actor=on_behalf(actor))
    # What the product wrote along with these records, such as a deal's first move, is no later change by somebody else.
    trail = {"batches": batches, "between": [first, _last_batch()], "was": lead.state}
    Lead.objects.filter(pk=lead.pk).update(trail={**lead.trail, **trail})


def _last_batch() -> int:
    return Batch.objects.aggregate(last=Max("pk"))["last"] or 0


def _values(lead: Lead) -> dict[str, Any]:
    """What the customer is made of, as JSON values."""
    lead_type = registry.get("lead")
    found = {}
    for key in SAME:
        field, value = lead_type.field(key), getattr(lead, key)
        if not field.type.is_empty(value):
            found[key] = value
    return found


def _contact(lead: Lead, customer: int, actor: Actor, batches: list[int]) -> int | None:
    """The person at a firm; a person who is the customer needs none."""
    if not lead.contact_name or lead.kind == CustomerKind.PERSON:
        return None
    given = {"name": lead.contact_name, "customer": customer, "phones": lead.phones, "emails": lead.emails}
    return _make("contact", {key: value for key, value in given.items() if value}, lead, actor, batches)


def _make(key: str, values: dict[str, Any], lead: Lead, actor: Actor, batches: list[int]) -> int:
    """One record with the actor's own rights; its batch is kept, by which it is taken back."""
    object_type: ObjectType = registry.get(key)
    result = records.save(object_type, [Row(values)], actor=actor, origin=Origin(SOURCE, lead.name[:200]))
    row = result.rows[0]
    if row.problems:
        raise_for(object_type, row, id=None, version=None)
    if result.batch_id is not None:
        batches.append(result.batch_id)
    return row.id or 0


def _require_none_alike(values: dict[str, Any], actor: Actor) -> None:
    """Raise Invalid with the names of customers that this may be, those out of sight masked."""
    found = hints(registry.get("customer"), values, context=context_for(actor))
    if not found:
        return
    names = "、".join(hint.title for hint in found[:MOST_NAMED])
    said = format_lazy(
        gettext_lazy("There is already: {names}. Choose it, or say that a new one is meant all the same."), names=names
    )
    raise Invalid({"customer": [Problem("duplicate", said)]})


def lead_take_back(ids: Sequence[int], *, actor: Actor) -> None:
    """Undo conversions: what they made goes into the bin and the lead is open again; nothing happens where that was changed since."""
    with storage().write_transaction():
        reached: Any = policy.queryset_for(actor, registry.get("lead"), "edit").filter(pk__in=ids).values("pk")
        rows = list(Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=reached).order_by("pk"))
        if missing := set(ids) - {row.pk for row in rows}:
            raise NotFound("lead", min(missing))
        for lead in rows:
            _take_back(lead, actor)


def _take_back(lead: Lead, actor: Actor) -> None:
    if lead.state != LeadState.CONVERTED:
        raise Invalid({"": [NOT_CONVERTED]})
    values = {
        "state": lead.trail.get("was", LeadState.WORKING.value),
        "customer": None,
        "contact": None,
        "converted_at": None,
    }
    records.record_save(registry.get("lead"), values, id=lead.pk, actor=on_behalf(actor))
    batches = list(Batch.objects.filter(pk__in=lead.trail.get("batches", ())).order_by("-pk"))
    first, last = lead.trail.get("between", (0, 0))
    beside = list(Batch.objects.filter(pk__gt=first, pk__lte=last).values_list("pk", flat=True))
    if batches and undo(batches, actor=actor, beside=beside).conflicts:
        raise Invalid({"": [CHANGED_SINCE]})
    trail = {key: value for key, value in lead.trail.items() if key not in {"batches", "between", "was"}}
    Lead.objects.filter(pk=lead.pk).update(trail=trail)
