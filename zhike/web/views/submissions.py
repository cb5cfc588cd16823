"""What one visitor sent: the answers, the consent, what became of it, and finishing by hand what needs it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.domain.collection.face import said
from zhike.domain.collection.models import FormSubmission, FormVersion
from zhike.domain.collection.services import settling
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Invalid
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.web.edges import refusals_answered
from zhike.web.records.links import RecordLink, add
from zhike.web.records.moments import moment

LINK = add(RecordLink("form_submission", gettext_lazy("What was sent"), "submission", "inbox"))


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def submission(request: AccountRequest, submission_id: int) -> HttpResponse:
    """The page; POST takes it in after all, or says which customer it became."""
    if request.method == "POST":
        try:
            finish(request, submission_id)
            return HttpResponseRedirect(reverse("submission", args=[submission_id]))
        except Invalid as refusal:
            wrong = str(next(iter(refusal.problems.values()))[0].message)
            return page(request, settling.find_submission(submission_id, actor=request.actor), wrong)
    return page(request, settling.find_submission(submission_id, actor=request.actor))


def finish(request: AccountRequest, submission_id: int) -> None:
    """Raises Invalid, Denied or NotFound."""
    if request.POST.get("do") == "link":
        raw = request.POST.get("customer", "")
        pk = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
        settling.link(submission_id, pk, actor=request.actor)
    else:
        settling.take_in(submission_id, actor=request.actor)


def page(request: AccountRequest, found: FormSubmission, wrong: str = "") -> HttpResponse:
    context = context_for(request.actor)
    version = FormVersion.objects.filter(form_id=found.form_id, number=found.version_number).first()
    labels: dict[str, set[int]] = {"customer": {found.customer_id} if found.customer_id else set()}
    fill_labels(labels, context)
    is_open = found.state in settling.UNFINISHED
    may_finish = is_open and settling.may_finish(request.actor)
    picker = registry.get("contact").field("customer")
    told = {
        "heading": found.title,
        "found": found,
        "form_url": reverse("web_form", args=[found.form_id]),
        "at": moment(found.received_at, context),
        "answers": answers(found, context),
        "customer": context.labels.get(("customer", found.customer_id or 0)),
        "consent": said(version.face, "consent", context.language) if version and found.consented_at else "",
        "agreed_at": moment(found.consented_at, context) if found.consented_at else None,
        "may_finish": may_finish,
        "new_url": f"{list_url('customer')}new/?{prefilled(found, context)}",
        "picker": picker.type.widget(None, picker, context, name="customer", attrs=' id="customer"')
        if may_finish
        else "",
        "history_url": f"{record_url('form_submission', found.pk)}",
        "wrong": wrong,
    }
    return render(request, "collection/submission.html", told, status=422 if wrong else 200)


def answers(found: FormSubmission, context: Context) -> list[dict[str, Any]]:
    """What was typed, as far as the reader sees such fields; a field that is hidden from them is left out."""
    drawn = []
    for object_key, values in settling.values_of(found).items():
        described = registry.get(object_key)
        for key, value in values.items():
            field = described.field(key)
            access = policy.access(context.actor, described, field)
            if access is FieldAccess.HIDDEN:
                continue
            shown = policy.shown(context.actor, described, field, value)
            masked = access is FieldAccess.MASKED
            cell = field.type.masked_cell(shown) if masked else field.type.cell(shown, field, context)
            drawn.append({"of": described.label, "label": field.label, "value": cell})
    return drawn


def prefilled(found: FormSubmission, context: Context) -> str:
    """The answers about the customer as the address of the page for a new one takes them."""
    customer = registry.get("customer")
    pairs = []
    for key, value in settling.values_of(found).get("customer", {}).items():
        field = customer.field(key)
        if policy.access(context.actor, customer, field) < FieldAccess.READ_ONLY or isinstance(value, dict):
            continue
        for item in value if isinstance(value, list) else [value]:
            pairs.append((key, str(item)))
    return urlencode([*pairs, ("source", found.form.source)])
