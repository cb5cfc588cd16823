"""What becomes of a filled-in form: a new customer, a proposal for a known one, or a submission to be finished by hand.

The visitor never learns which: whether somebody is known here is nobody's business outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhike.domain.collection.models import FormSubmission, SubmissionState, WebForm
from zhike.domain.collection.models.proposal import ProposalSource
from zhike.domain.collection.notices import ARRIVED
from zhike.domain.collection.services.assigning import holder_of, listeners_of
from zhike.domain.collection.services.proposing import propose, propose_contact
from zhike.domain.customers.models import Customer
from zhike.engines.duplicates.finding import Found, duplicates_of
from zhike.engines.duplicates.pairs import pairs_note
from zhike.engines.duplicates.scoring import Reason
from zhike.metadata import notices, records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.notices import Notice
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.records import Origin
from zhike.metadata.storage import storage

SOURCE = "web_form"
TITLE_LENGTH = 160
NAMES = frozenset(
    {Reason.NAME, Reason.NAME_WRITTEN, Reason.NAME_AFFIXES, Reason.NAME_ORDER, Reason.NAME_SOUND, Reason.NAME_SLIP}
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a visitor sent: plain values by object and field key, and what the page knows of the sending."""

    values: Mapping[str, Values]
    version_number: int
    once: str
    sender: str
    consented: bool = False
    #: Why it is taken for spam; "" for what looks honest.
    spam: str = ""


@dataclass(slots=True)
class Settled:
    """What became of an arrival: the customer it made or met, and who looks after it."""

    state: SubmissionState
    customer: int | None = None
    owner: int | None = None
    department: int | None = None
    reason: str = ""


def too_many(form: WebForm, sender: str, now: datetime) -> bool:
    """Whether the sender's address, or the form as a whole, has had its share of the hour."""
    recent = FormSubmission.objects.filter(form=form, received_at__gt=now - timedelta(hours=1))
    if recent.filter(sender=sender)[: form.most_per_address].count() >= form.most_per_address:
        return True
    return recent[: form.most_per_hour].count() >= form.most_per_hour


def arrive(form: WebForm, arrival: Arrival) -> int:
    """Write the submission and what becomes of it in one transaction; its id. The same page sent again is the same
    submission."""
    with storage().write_transaction():
        # One arrival at a time: turns are taken in order, and two of one firm at once do not become two customers.
        storage().lock_key("collection.arrivals")
        known = FormSubmission.objects.filter(once=arrival.once).values_list("pk", flat=True).first()
        if known is not None:
            return known
        now = timezone.now()
        spam = arrival.spam
        settled = Settled(SubmissionState.SPAM, reason=spam) if spam else settle(form, arrival.values)
        pk = _keep(form, arrival, settled, now)
        if not spam:
            people = listeners_of(form, settled.owner)
            notices.send([Notice(ARRIVED.key, people, "form_submission", pk, params={"form": form.name})])
    return pk


def settle(form: WebForm, given: Mapping[str, Values]) -> Settled:
    """Make the customer, or propose changes to the one that is there without doubt; a refusal of the write path is told with
    its reason. Inside a write transaction that holds the lock of arrivals."""
    customer = registry.get("customer")
    values = {"kind": form.customer_kind, **given.get("customer", {})}
    hits = duplicates_of(customer, values, actor=SYSTEM)
    exact = next((hit for hit in hits if is_exact(hit)), None)
    if exact is not None:
        known = Customer.objects.filter(pk=exact.record_id).values_list("owner_id", "department_id").first()
        proposed = {key: value for key, value in values.items() if key != "kind"}
        propose(exact.record_id, proposed, source=ProposalSource.FORM, title=form.name)
        if contact := given.get("contact"):
            propose_contact(exact.record_id, contact, source=ProposalSource.FORM, title=form.name)
        return Settled(SubmissionState.PROPOSED, exact.record_id, *(known or (None, None)))
    holder = holder_of(form)
    keeper = (holder.get("owner"), holder.get("department"))
    try:
        pk = _make(form, values, holder, given.get("contact"))
    except Invalid as refusal:
        return Settled(SubmissionState.REFUSED, None, *keeper, reason=in_words(customer, refusal.problems))
    if hits:
        pairs_note(customer, pk, hits)
    return Settled(SubmissionState.ACCEPTED, pk, *keeper)


def is_exact(hit: Found) -> bool:
    """Whether the match leaves no doubt: one credit code, or one number or mail under one name."""
    reasons = {Reason(str(reason)) for reason in hit.match.reasons}
    if Reason.CODE in reasons:
        return True
    return bool(reasons & {Reason.MOBILE, Reason.EMAIL}) and bool(reasons & NAMES)


def _make(form: WebForm, values: Values, holder: Mapping[str, Any], contact: Values | None) -> int:
    """The customer and the contact, both or neither; raises Invalid."""
    customer = registry.get("customer")
    origin = Origin(SOURCE, form.name)
    raw = {**as_json(customer, values), "source": form.source, **holder}
    if form.tag_id is not None:
        raw["tags"] = [form.tag_id]
    with storage().write_transaction():
        pk = records.record_save(customer, raw, actor=SYSTEM, origin=origin)
        if contact:
            person = registry.get("contact")
            given = {**as_json(person, contact), "customer": pk, "is_primary": True, "owner": holder.get("owner")}
            records.record_save(person, given, actor=SYSTEM, origin=origin)
    return pk


def as_json(object_type: ObjectType, values: Values) -> dict[str, Any]:
    """Plain values as the change log and the API write them, which ``parse`` takes."""
    return {
        key: None if value is None else object_type.field(key).type.to_json(value, object_type.field(key))
        for key, value in values.items()
    }


def in_words(object_type: ObjectType, problems: Problems) -> str:
    """Why the write path refused, a line a field."""
    lines = []
    for key, found in problems.items():
        field = object_type.fields.get(key)
        name = f"{field.label}: " if field else ""
        lines.append(f"{name}{found[0].message}")
    return "\n".join(lines)


def _keep(form: WebForm, arrival: Arrival, settled: Settled, now: datetime) -> int:
    given = {key: as_json(registry.get(key), dict(values)) for key, values in arrival.values.items()}
    title = str(given.get("customer", {}).get("name") or given.get("contact", {}).get("name") or "?")
    values = {
        "title": title[:TITLE_LENGTH],
        "form": form.pk,
        "received_at": now,
        "state": settled.state.value,
        "customer": settled.customer,
        "reason": settled.reason or None,
        "version_number": arrival.version_number,
        "consented_at": now if arrival.consented else None,
        "owner": settled.owner,
        "department": settled.department,
    }
    pk = records.record_save(registry.get("form_submission"), values, actor=SYSTEM, origin=Origin(SOURCE, form.name))
    FormSubmission.objects.filter(pk=pk).update(given=given, sender=arrival.sender, once=arrival.once)
    return pk
