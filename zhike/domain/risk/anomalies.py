"""An anomaly that anybody reports upward: evidence at once, and a request that owner and manager must answer within working hours.

Unanswered in time it goes a step further up, to those above the people who were asked. The answer stays with the request and
with the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.accounts.rights import on_behalf
from zhike.domain.customers.models import Customer
from zhike.domain.risk.choices import Reliability, SignalState
from zhike.domain.risk.indicators import IndicatorChoices
from zhike.domain.risk.models import RiskSignal
from zhike.domain.risk.scheme import risk_version
from zhike.engines.approvals.deciders import managers_of, owner_or_managers, people_with_role, usable
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval, ApprovalState
from zhike.engines.approvals.starting import approval_ask
from zhike.engines.approvals.told import NOBODY, SAY_WHY
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.records import record_save
from zhike.metadata.storage import storage

KIND = "anomaly"
#: Working hours within which an anomaly is to be answered, unless the rules say otherwise.
HOURS = 8
#: Steps up the line of managers; after that the same people are asked again.
MOST_STEPS = 5
#: Who is asked where nobody stands above: the role that sees everything.
LAST_RESORT = "executive"


def anomaly_report(
    ids: Sequence[int], *, actor: Actor, seen: str, indicator: str | None = None, detail: str | None = None
) -> None:
    """Write down what was seen of customers and ask owner and manager about each.

    Raises NotFound for a customer out of sight, Invalid where nobody could answer.
    """
    with storage().write_transaction():
        rows: Any = policy.queryset_for(actor, registry.get("customer")).filter(pk__in=ids)
        found = {row.pk: row for row in rows.select_related("department")}
        for pk in ids:
            if pk not in found:
                raise NotFound("customer", pk)
            _report(found[pk], actor, seen.strip(), indicator or "other", detail)


def _report(customer: Customer, actor: Actor, seen: str, indicator: str, detail: str | None) -> None:
    values = {
        "customer": customer.pk,
        "indicator": indicator,
        "seen": seen,
        "seen_on": timezone.localdate(),
        "reliability": Reliability.LIKELY.value,
        "detail": detail,
        "owner": actor.user_id,
    }
    signal = record_save(registry.get("risk_signal"), values, actor=on_behalf(actor))
    waiting = Approval.objects.filter(
        owner_id=actor.user_id, kind=KIND, about_key="customer", about_id=customer.pk, state=ApprovalState.OPEN
    ).first()
    if waiting is not None:
        # The same person has reported this customer already: one answer serves both.
        waiting.details["signals"].append(signal)
        Approval.objects.filter(pk=waiting.pk).update(details=waiting.details)
        return
    head = customer.department.head_id if customer.department else None
    asked = [*owner_or_managers(customer.owner_id), *usable([head]), *managers_of(actor.user_id or 0)]
    _ask(customer, [signal], seen, asked or people_with_role(LAST_RESORT), actor, step=0)


def _ask(customer: Customer, signals: list[int], seen: str, asked: Iterable[int], actor: Actor, *, step: int) -> None:
    people = [pk for pk in dict.fromkeys(asked) if pk != actor.user_id]
    if not people:
        raise Invalid({"": [NOBODY]})
    words = {"name": customer.name, "seen": seen}
    title = _("Unanswered anomaly at %(name)s: %(seen)s") if step else _("Anomaly at %(name)s: %(seen)s")
    approval_ask(
        KIND,
        title=title % words,
        about=("customer", customer.pk),
        deciders=people,
        reason=seen,
        details={"signals": signals, "step": step},
        expires_at=answer_until(timezone.now()),
        actor=actor,
    )


def answer_until(now: datetime) -> datetime | None:
    """When the working hours for an answer are over; None where the calendar does not know the year, and the kind's days hold."""
    version = risk_version()
    hours = int(version.definition.get("settings", {}).get("answer_hours", HOURS)) if version is not None else HOURS
    try:
        return working_calendar().add_working_time(now, timedelta(hours=hours))
    except YearNotKnown:
        return None


def anomaly_answered(approval: Approval, *, actor: Actor) -> None:
    """The answer is written to the evidence, which is confirmed by it. Raises Invalid without an answer."""
    answer = _answer(approval)
    if not answer:
        raise Invalid({"answer": [SAY_WHY]})
    _close(approval, answer, {"reliability": Reliability.CONFIRMED.value}, actor)


def anomaly_refused(approval: Approval, *, actor: Actor) -> None:
    """Unfounded evidence counts no more; one that nobody answered in time goes a step up."""
    if actor.is_system:
        _escalate(approval)
    else:
        _close(approval, _answer(approval), {"state": SignalState.DISMISSED.value}, actor)


def _answer(approval: Approval) -> str:
    return (Approval.objects.values_list("answer", flat=True).get(pk=approval.pk) or "").strip()


def _close(approval: Approval, answer: str, values: dict[str, Any], actor: Actor) -> None:
    name = User.objects.filter(pk=actor.user_id or 0).values_list("name", flat=True).first() or ""
    for signal in RiskSignal.objects.filter(pk__in=approval.details.get("signals", ()), deletion__isnull=True):
        said = _("Answer of %(name)s: %(answer)s") % {"name": name, "answer": answer}
        detail = f"{signal.detail}\n{said}" if signal.detail else said
        record_save(registry.get("risk_signal"), {**values, "detail": detail}, id=signal.pk, actor=on_behalf(actor))


def _escalate(approval: Approval) -> None:
    asker = User.objects.filter(pk=approval.owner_id or 0, deletion__isnull=True).first()
    actor = actor_for(asker) if asker is not None else None
    customer = Customer.objects.filter(pk=approval.about_id or 0, deletion__isnull=True).first()
    step = int(approval.details.get("step", 0)) + 1
    if actor is None or customer is None or step > MOST_STEPS:
        return
    asked = list(approval.deciders.values_list("pk", flat=True))
    above = [pk for person in asked for pk in managers_of(person) if pk not in asked]
    people = above or [pk for pk in people_with_role(LAST_RESORT) if pk not in asked] or asked
    _ask(customer, list(approval.details.get("signals", ())), approval.reason or "", people, actor, step=step)


register(
    ApprovalKind(
        KIND,
        gettext_lazy("Answer an anomaly"),
        on_grant=anomaly_answered,
        on_refuse=anomaly_refused,
        icon="alert-triangle",
        tone="red",
        days=1,
        grant_label=pgettext_lazy("anomaly", "Answer"),
        refuse_label=pgettext_lazy("anomaly", "Unfounded"),
    )
)
registry.action(
    Customer,
    key="anomaly_report",
    label=gettext_lazy("Report an anomaly"),
    permission="view",
    icon="alert-triangle",
    is_beside=True,
    arguments=(
        Field(
            key="seen",
            type=field_type("text"),
            label=gettext_lazy("what was seen"),
            required=True,
            options={"max_length": 200},
        ),
        Field(
            key="indicator",
            type=field_type("choice"),
            label=gettext_lazy("indicator"),
            default="other",
            options={"choices": IndicatorChoices()},
        ),
        Field(key="detail", type=field_type("long_text"), label=gettext_lazy("details")),
    ),
)(anomaly_report)
