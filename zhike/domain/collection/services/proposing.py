"""Changes that somebody outside proposes: noted as old and new, decided value by value by who may change the customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.collection.models import Proposal, ProposalState, ProposedValue
from zhike.domain.collection.models.proposal import ProposalSource
from zhike.domain.collection.notices import PROPOSED
from zhike.domain.customers.models import Contact, Customer
from zhike.engines.duplicates.finding import duplicates_of
from zhike.engines.verification.marking import confirm
from zhike.engines.verification.models import Means
from zhike.metadata import notices, policy, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.fields.base import Field
from zhike.metadata.notices import Notice
from zhike.metadata.records import Origin, Row
from zhike.metadata.storage import storage
from zhike.metadata.undo import stored

SAY_WHY = Problem("required", gettext_lazy("Please say why."))
DECIDED = Problem("decided", gettext_lazy("This has been decided already."))
NAME_FIRST = Problem("name_first", gettext_lazy("This contact is not there yet: accept the name too."))
REASON_LENGTH = 200
CONTACT = "contact"
#: How what a customer said is known to be right; who fills in a web form may be anybody.
MEANS: Mapping[str, str] = {ProposalSource.SELF_UPDATE: Means.LINK, ProposalSource.INTERVIEW: Means.CALL}


def propose(
    customer_id: int,
    values: Mapping[str, Any],
    *,
    source: ProposalSource,
    title: str,
    replaces: bool = False,
    told_by: int | None = None,
    about: str = "customer",
    contact_id: int | None = None,
) -> int | None:
    """Note what of the plain values differs from the customer's, and tell its owner; None where nothing does.

    ``told_by`` is the colleague to whom the customer said so. With ``about`` "contact" the values are those of a contact of the
    customer, without ``contact_id`` of one that is not there yet.

    Of lists the missing items are proposed in addition, unless the values replace what was shown. Inside a write transaction.
    """
    customer, subject = registry.get("customer"), registry.get(about)
    held = stored(customer, [customer_id]).get(customer_id)
    subject_id = contact_id if about == CONTACT else customer_id
    before = {} if subject_id is None else stored(subject, [subject_id]).get(subject_id)
    if held is None or before is None:
        return None
    pairs = {}
    for key, value in values.items():
        field = subject.field(key)
        new = value if replaces else joined(field, before.get(key), value)
        if field.type.is_empty(new) and (not replaces or field.type.is_empty(before.get(key))):
            continue
        old_json, new_json = as_stored(field, before.get(key)), as_stored(field, new)
        if old_json != new_json:
            pairs[key] = (old_json, new_json)
    for key, new in _proposed_already(customer_id, pairs, about, contact_id):
        if pairs.get(key, (None, None))[1] == new:
            del pairs[key]
    if not pairs:
        return None
    names = [held.get("name"), *([before.get("name") or values.get("name")] if about == CONTACT else []), title]
    values_of = {
        "customer": customer_id,
        "contact": contact_id,
        "title": " · ".join(str(name) for name in names if name)[:160],
        "source": source.value,
        "state": ProposalState.OPEN.value,
        "received_at": timezone.now(),
    }
    pk = records.record_save(
        registry.get("proposal"), values_of, actor=SYSTEM, origin=Origin(source.value, title[:200])
    )
    Proposal.objects.filter(pk=pk).update(told_by=told_by, about=about)
    ProposedValue.objects.bulk_create(
        ProposedValue(proposal_id=pk, field_key=key, old=old, new=new) for key, (old, new) in pairs.items()
    )
    owner = Customer.objects.filter(pk=customer_id).values_list("owner_id", flat=True).first()
    if owner is not None:
        notices.send([Notice(PROPOSED.key, (owner,), "proposal", pk, once=f"proposal:{pk}")])
    return pk


def propose_contact(customer_id: int, values: Mapping[str, Any], *, source: ProposalSource, title: str) -> int | None:
    """As ``propose``, for what was said of a person at the customer: of the contact there who is meant, or of a new one."""
    contact = registry.get(CONTACT)
    hits = duplicates_of(contact, {**values, "customer": customer_id}, actor=SYSTEM)
    here = Contact.objects.filter(pk__in=[hit.record_id for hit in hits], customer=customer_id)
    ours = set(here.values_list("pk", flat=True))
    known = next((hit.record_id for hit in hits if hit.record_id in ours), None)
    return propose(customer_id, values, source=source, title=title, about=CONTACT, contact_id=known)


def _proposed_already(
    customer_id: int, keys: Iterable[str], about: str, contact_id: int | None
) -> list[tuple[str, Any]]:
    """What waits for a decision about the same record: the same said twice is one proposal."""
    rows = ProposedValue.objects.filter(
        proposal__customer=customer_id,
        proposal__about=about,
        proposal__contact=contact_id,
        proposal__deletion__isnull=True,
        state=ProposedValue.State.OPEN,
    )
    return list(rows.filter(field_key__in=list(keys)).values_list("field_key", "new"))


def joined(field: Field, before: Any, value: Any) -> Any:
    """The value with what a list has already before it."""
    if not field.type.multiple:
        return value
    return [*(before or []), *(item for item in value or [] if item not in (before or []))]


def as_stored(field: Field, value: Any) -> Any:
    """The JSON value; None for every way of saying nothing."""
    return None if field.type.is_empty(value) else field.type.to_json(value, field)


def find_proposal(proposal_id: int, *, actor: Actor) -> Proposal:
    """The proposal about a customer within reach; raises Denied or NotFound."""
    proposal = registry.get("proposal")
    policy.require(actor, proposal, "view")
    rows: Any = policy.queryset_for(actor, proposal)
    found: Proposal | None = rows.filter(pk=proposal_id).first()
    if found is None:
        raise NotFound("proposal", proposal_id)
    return found


def may_decide(proposal: Proposal, *, actor: Actor) -> bool:
    """Whether the actor may change the customer, or the contact, or make one."""
    if proposal.about == CONTACT:
        contact = registry.get(CONTACT)
        if not policy.may(actor, contact, "edit" if proposal.contact_id else "create"):
            return False
        if proposal.contact_id is not None:
            return policy.queryset_for(actor, contact, "edit").filter(pk=proposal.contact_id).exists()
    rows = policy.queryset_for(actor, registry.get("customer"), "edit")
    return policy.may(actor, registry.get("customer"), "edit") and rows.filter(pk=proposal.customer_id).exists()


def accept(proposal_id: int, keys: Sequence[str], *, actor: Actor) -> None:
    """Write the new values of these fields to the customer, as the actor who takes them over. Raises Denied, NotFound, or
    Invalid when one is decided already or cannot be saved."""
    with storage().write_transaction():
        proposal, rows = _locked(proposal_id, keys, actor=actor)
        label = f"{proposal.title}"[:200]
        values = {row.field_key: row.new for row in rows}
        subject = registry.get(proposal.about)
        pk = records.record_save(
            subject,
            _with_customer(proposal, values),
            actor=actor,
            id=subject_id(proposal),
            origin=Origin(proposal.source, label),
        )
        if subject_id(proposal) is None:
            made = [Row({"contact": pk}, id=proposal.pk)]
            records.save(registry.get("proposal"), made, actor=SYSTEM, origin=Origin(proposal.source))
        if proposal.source in MEANS:
            # The customer knows: what they said counts from the day on which they said it.
            confirm(
                subject,
                {pk: list(values)},
                means=MEANS[proposal.source],
                by=proposal.told_by,
                at=proposal.received_at,
            )
        _close(proposal, rows, ProposedValue.State.ACCEPTED, "", actor=actor)


def subject_id(proposal: Proposal) -> int | None:
    """The record that the values are of; None for a contact that is not there yet."""
    return proposal.contact_id if proposal.about == CONTACT else proposal.customer_id


def _with_customer(proposal: Proposal, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values to write; those of a new contact need its name and say where it belongs."""
    if subject_id(proposal) is not None:
        return dict(values)
    if not values.get("name"):
        raise Invalid({"": [NAME_FIRST]})
    return {**values, "customer": proposal.customer_id}


def refuse(proposal_id: int, keys: Sequence[str], reason: str, *, actor: Actor) -> None:
    """Leave the customer as it is, with the reason. Raises as ``accept``."""
    if not reason.strip():
        raise Invalid({"reason": [SAY_WHY]})
    with storage().write_transaction():
        proposal, rows = _locked(proposal_id, keys, actor=actor)
        _close(proposal, rows, ProposedValue.State.REFUSED, reason.strip()[:REASON_LENGTH], actor=actor)


def _locked(proposal_id: int, keys: Sequence[str], *, actor: Actor) -> tuple[Proposal, list[ProposedValue]]:
    proposal = find_proposal(proposal_id, actor=actor)
    if not may_decide(proposal, actor=actor):
        raise Denied(proposal.about, "edit")
    rows = list(
        ProposedValue.objects.filter(proposal=proposal, field_key__in=list(keys)).order_by("pk").select_for_update()
    )
    if not rows or len(rows) != len(set(keys)):
        raise Invalid({"": [Problem("unknown_field", _("Choose at least one of the values."))]})
    if any(row.state != ProposedValue.State.OPEN for row in rows):
        raise Invalid({"": [DECIDED]})
    return proposal, rows


def _close(
    proposal: Proposal, rows: Sequence[ProposedValue], state: ProposedValue.State, reason: str, *, actor: Actor
) -> None:
    now = timezone.now()
    ProposedValue.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=state, reason=reason, decided_at=now, decided_by_id=actor.user_id
    )
    if not ProposedValue.objects.filter(proposal=proposal, state=ProposedValue.State.OPEN).exists():
        settled = [Row({"state": ProposalState.SETTLED.value}, id=proposal.pk)]
        records.save(registry.get("proposal"), settled, actor=SYSTEM, origin=Origin(proposal.source))
