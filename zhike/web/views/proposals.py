"""Proposed changes of a customer: old beside new, each accepted or refused on its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.domain.collection.models import Proposal, ProposedValue
from zhike.domain.collection.services import proposing
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Invalid
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import refusals_answered
from zhike.web.records.links import RecordLink, add
from zhike.web.records.moments import moment

LINK = add(RecordLink("proposal", _("Old and new"), "proposal", "switch-horizontal"))


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: AccountRequest, proposal_id: int) -> HttpResponse:
    """The page; POST accepts or refuses the chosen values."""
    if request.method == "POST":
        try:
            decide(request, proposal_id)
            return HttpResponseRedirect(reverse("proposal", args=[proposal_id]))
        except Invalid as refusal:
            wrong = str(next(iter(refusal.problems.values()))[0].message)
            return page(request, proposing.find_proposal(proposal_id, actor=request.actor), wrong)
    return page(request, proposing.find_proposal(proposal_id, actor=request.actor))


def decide(request: AccountRequest, proposal_id: int) -> None:
    """Raises Invalid, Denied or NotFound."""
    one = request.POST.get("one", "")
    keys = [one] if one else request.POST.getlist("keys")
    if request.POST.get("do") == "refuse":
        proposing.refuse(proposal_id, keys, request.POST.get("reason", ""), actor=request.actor)
    else:
        proposing.accept(proposal_id, keys, actor=request.actor)


def page(request: AccountRequest, found: Proposal, wrong: str = "") -> HttpResponse:
    context = context_for(request.actor)
    rows = list(ProposedValue.objects.filter(proposal=found).order_by("pk"))
    wanted = {"customer": {found.customer_id}, "user": {row.decided_by_id for row in rows if row.decided_by_id}}
    if found.contact_id:
        wanted["contact"] = {found.contact_id}
    fill_labels(wanted, context)
    subject = registry.get(found.about)
    # A field that is hidden from the reader, or gone, is not told of.
    fields = {row.pk: subject.fields.get(row.field_key) for row in rows}
    told = {
        "heading": found.title,
        "found": found,
        "at": moment(found.received_at, context),
        "customer": context.labels.get(("customer", found.customer_id)),
        "contact": context.labels.get(("contact", found.contact_id or 0)),
        "is_new_contact": found.about == proposing.CONTACT and found.contact_id is None,
        "rows": [
            drawn(row, field, subject, context)
            for row in rows
            if (field := fields[row.pk]) is not None
            and policy.access(context.actor, subject, field) > FieldAccess.HIDDEN
        ],
        "may_decide": proposing.may_decide(found, actor=request.actor),
        "any_open": any(row.state == ProposedValue.State.OPEN for row in rows),
        "wrong": wrong,
    }
    return render(request, "collection/proposal.html", told, status=422 if wrong else 200)


def drawn(row: ProposedValue, field: Field, subject: ObjectType, context: Context) -> dict[str, Any]:
    """One value: what stood there, what is proposed, what was decided."""
    masked = policy.access(context.actor, subject, field) is FieldAccess.MASKED

    def cell(value: Any) -> Any:
        if value is None:
            return ""
        plain = policy.shown(context.actor, subject, field, field.type.from_json(value, field))
        return field.type.masked_cell(plain) if masked else field.type.cell(plain, field, context)

    return {
        "row": row,
        "label": field.label,
        "old": cell(row.old),
        "new": cell(row.new),
        "who": context.labels.get(("user", row.decided_by_id or 0), ("", ""))[0],
        "at": moment(row.decided_at, context) if row.decided_at else None,
    }
