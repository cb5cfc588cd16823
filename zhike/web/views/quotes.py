"""A quote's paper, and the link by which the customer opens it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.quotes.models import Quote
from zhike.domain.quotes.services import answering
from zhike.domain.quotes.services.paper import quote_pdf
from zhike.lib.pdf.typesetting import MIME
from zhike.metadata import registry
from zhike.metadata.errors import Invalid
from zhike.metadata.saving import context_for
from zhike.web.edges import refusals_answered
from zhike.web.records.links import RecordLink, add
from zhike.web.records.moments import moment
from zhike.web.records.subject import load, load_for

add(RecordLink("quote", _("Paper (PDF)"), "quote_pdf", "file-text", is_rare=True))
add(RecordLink("quote", _("Link for the customer"), "quote_link", "link", permission="edit", dialog=True))


@require_safe
@refusals_answered
def pdf(request: AccountRequest, quote_id: int) -> HttpResponse:
    """The paper as whoever sees the quote may print it."""
    subject = load(request.actor, registry.get("quote"), quote_id)
    quote = Quote.objects.select_related("customer", "contact", "seller", "owner").get(pk=subject.id)
    return pdf_answer(quote, request.actor.language)


def pdf_answer(quote: Quote, language: str) -> HttpResponse:
    answer = HttpResponse(quote_pdf(quote, language), content_type=MIME)
    answer["Content-Disposition"] = f'inline; filename="{quote.number}-V{quote.revision}.pdf"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def link(request: AccountRequest, quote_id: int) -> HttpResponse:
    """Which link works now; POST makes a new one, whose address is shown this once, or ends it."""
    subject = load_for(request.actor, registry.get("quote"), quote_id, "edit")
    told: dict[str, Any] = {"heading": subject.title, "address": "", "wrong": "", "url": request.path}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "end":
                answering.links_end(quote_id, actor=request.actor)
            else:
                secret = answering.link_make(quote_id, actor=request.actor)
                told["address"] = request.build_absolute_uri(f"/q/{secret}/")
        except Invalid as refusal:
            told["wrong"], status = str(next(iter(refusal.problems.values()))[0].message), 422
    found = answering.working_link(quote_id)
    if found is not None:
        context = context_for(request.actor)
        told["found"] = {
            "until": moment(found.expires_at, context),
            "opened": moment(found.opened_at, context) if found.opened_at else None,
        }
    return render(request, "quotes/link.html", told, status=status)
