"""What a call tells of the number that was dialled: nobody has it, or somebody answered."""

from __future__ import annotations

from zhike.domain.activities.choices import Channel, Outcome
from zhike.domain.activities.models import Interaction
from zhike.engines.verification.marking import Finding, write_findings
from zhike.engines.verification.models import Means, State
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.metadata import registry
from zhike.metadata.records import WriteEvent, after_write

#: Larger writes bring the past along, and what it knew of numbers may no longer hold.
AT_ONCE = 100
ANSWERED = (Outcome.REACHED, Outcome.INTERESTED, Outcome.NOT_INTERESTED, Outcome.DEAL, Outcome.COMPLAINT)


@after_write
def follow_call(event: WriteEvent) -> None:
    """Mark the number at the customer and at the contact spoken with, wherever it stands."""
    if event.object_type.key != "interaction" or not 0 < len(event.created) <= AT_ONCE:
        return
    calls = Interaction.objects.filter(pk__in=event.created, channel=Channel.CALL, dialled__isnull=False)
    found: dict[str, list[tuple[int, str, str]]] = {"customer": [], "contact": []}
    for customer, contact, outcome, dialled in calls.values_list("customer", "contact", "outcome", "dialled"):
        state = State.INVALID if outcome == Outcome.DEAD_NUMBER else State.VERIFIED if outcome in ANSWERED else None
        if state is not None and dialled:
            found["customer"].append((customer, dialled, state))
            found["contact"] += [(contact, dialled, state)] if contact else []
    for key, told in found.items():
        object_type = registry.get(key)
        phones = [field.key for field in verifiable_fields(object_type) if field.type.key == "phone"]
        findings = [Finding(pk, field, number, state) for pk, number, state in told for field in phones]
        if findings:
            write_findings(object_type, findings, means=Means.CALL, by=event.actor.user_id)
