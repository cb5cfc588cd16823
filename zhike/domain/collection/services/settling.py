"""Finishing by hand what a form could not: taken for spam though it was honest, or refused by a rule."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.collection.models import FormSubmission, SubmissionState
from zhike.domain.collection.services.arriving import Settled, settle
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.records import Origin
from zhike.metadata.storage import storage

#: What may still become something.
UNFINISHED = (SubmissionState.SPAM, SubmissionState.REFUSED)
DONE = Problem("decided", _("This has become a customer already."))
NO_CUSTOMER = Problem("no_such_record", _("There is no such customer, or you may not change it."))


def find_submission(submission_id: int, *, actor: Actor) -> FormSubmission:
    """The submission within reach; raises Denied or NotFound."""
    described = registry.get("form_submission")
    policy.require(actor, described, "view")
    rows: Any = policy.queryset_for(actor, described)
    found: FormSubmission | None = rows.select_related("form").filter(pk=submission_id).first()
    if found is None:
        raise NotFound("form_submission", submission_id)
    return found


def may_finish(actor: Actor) -> bool:
    """Whether the actor makes customers, for that is what finishing comes to."""
    return policy.may(actor, registry.get("customer"), "create")


def take_in(submission_id: int, *, actor: Actor) -> Settled:
    """Treat it as an honest arrival after all; what becomes of it may again be a refusal. Raises Denied, NotFound or Invalid."""
    with storage().write_transaction():
        storage().lock_key("collection.arrivals")
        found = _unfinished(submission_id, actor=actor)
        outcome = settle(found.form, values_of(found))
        _write(found, outcome, actor=actor)
    return outcome


def link(submission_id: int, customer_id: int, *, actor: Actor) -> None:
    """Say which customer it became, where somebody wrote it down by hand. Raises Denied, NotFound or Invalid."""
    with storage().write_transaction():
        found = _unfinished(submission_id, actor=actor)
        rows = policy.queryset_for(actor, registry.get("customer"), "edit")
        kept = rows.filter(pk=customer_id).values_list("owner_id", "department_id").first()
        if kept is None:
            raise Invalid({"customer": [NO_CUSTOMER]})
        _write(found, Settled(SubmissionState.ACCEPTED, customer_id, *kept), actor=actor)


def _unfinished(submission_id: int, *, actor: Actor) -> FormSubmission:
    if not may_finish(actor):
        raise Denied("form_submission", "edit")
    find_submission(submission_id, actor=actor)
    found = (
        FormSubmission.objects.select_for_update(of=("self",), no_key=True).select_related("form").get(pk=submission_id)
    )
    if found.state not in UNFINISHED:
        raise Invalid({"": [DONE]})
    return found


def _write(found: FormSubmission, outcome: Settled, *, actor: Actor) -> None:
    values = {
        "state": outcome.state.value,
        "customer": outcome.customer,
        "reason": outcome.reason or None,
        "owner": outcome.owner,
        "department": outcome.department,
    }
    described = registry.get("form_submission")
    origin = Origin("web_form", found.form.name)
    records.record_save(described, values, actor=on_behalf(actor), id=found.pk, origin=origin)


def values_of(found: FormSubmission) -> dict[str, dict[str, Any]]:
    """What was sent, as plain values; fields that are gone since are left out."""
    plain: dict[str, dict[str, Any]] = {}
    for object_key, given in found.given.items():
        fields = registry.get(object_key).fields
        plain[object_key] = {
            key: fields[key].type.from_json(value, fields[key]) for key, value in given.items() if key in fields
        }
    return plain
