"""The public page of one sent quote: what is offered, the paper, and accepting or refusing it with a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zhike.domain.quotes.choices import QuoteState
from zhike.domain.quotes.models import QuoteLink
from zhike.domain.quotes.services import answering
from zhike.domain.quotes.services.answering import Answer
from zhike.domain.quotes.services.paper import percent, plain, quote_lines
from zhike.lib.chinese_amounts import chinese_amount
from zhike.lib.money import format_amount
from zhike.metadata.errors import Invalid
from zhike.web.collection.tokens import is_foreign, is_oversized, new_token, read_token
from zhike.web.views.public_check import gone, shown
from zhike.web.views.public_form import LANGUAGES
from zhike.web.views.quotes import pdf_answer

#: Names and remarks longer than this are no honest answer.
MOST_NAME, MOST_REMARK = 80, 2000


def opened(request: HttpRequest, secret: str, work: Callable[[QuoteLink, str], HttpResponse]) -> HttpResponse:
    """The answer of ``work`` for a link that works, the same words as ever for one that does not."""
    language = LANGUAGES.get(request.GET.get("lang", "")) or translation.get_language() or "zh-hans"
    with translation.override(language):
        link = answering.link_by(secret)
        response = gone(request, language) if link is None else work(link, language)
    response["X-Robots-Tag"] = "noindex"
    # The address is a secret: no other page is told where the reader came from.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def public_quote_pdf(request: HttpRequest, secret: str) -> HttpResponse:
    """The paper."""
    return opened(request, secret, lambda link, language: pdf_answer(link.quote, language))


# As with web forms: no session is at work, and the secret in the address is what a post needs.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_quote(request: HttpRequest, secret: str) -> HttpResponse:
    """What is offered; POST takes the answer."""
    return opened(request, secret, lambda link, language: answered(request, link, language))


def answered(request: HttpRequest, link: QuoteLink, language: str) -> HttpResponse:
    if request.method != "POST":
        answering.link_opened(link)
        return page(request, link, language)
    if is_oversized(request):
        return HttpResponse(
            _("This is too much text for one form."), status=413, content_type="text/plain; charset=utf-8"
        )
    if is_foreign(request):
        return HttpResponse(status=403)
    if read_token(request.POST.get("page", ""), f"quote:{link.pk}") is None:
        stale = _("This page was open for too long. Please look at it again and send your answer again.")
        return page(request, link, language, wrong=stale, status=422)
    given = Answer(
        request.POST.get("answer") == "accept",
        request.POST.get("name", "").replace("\x00", " ")[:MOST_NAME],
        request.POST.get("remark", "").replace("\x00", " ")[:MOST_REMARK],
    )
    if request.POST.get("answer") not in {"accept", "refuse"}:
        return page(request, link, language, wrong=_("Please choose whether you accept the quote."), status=422)
    try:
        is_taken = answering.quote_answer(link, given)
    except Invalid as refusal:
        wrong = str(next(iter(refusal.problems.values()))[0].message)
        return page(request, link, language, wrong=wrong, status=422)
    if not is_taken:
        late = _("The quote was answered already, or the time for it is over.")
        return page(request, link, language, wrong=late, status=409)
    link.quote.refresh_from_db()
    return page(request, link, language)


def page(request: HttpRequest, link: QuoteLink, language: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    quote = link.quote
    told: dict[str, Any] = {
        "title": quote.title,
        "number": f"{quote.number} V{quote.revision}",
        "seller": quote.seller.name if quote.seller else "",
        "customer": quote.customer.name,
        "valid_until": quote.valid_until.isoformat() if quote.valid_until else "",
        "lines": [
            {
                "name": line.name,
                "specification": line.specification or "",
                "count": " ".join(part for part in (plain(line.quantity), line.unit or "") if part),
                "price": plain(line.unit_price, least=2),
                "discount": percent(line.discount_percent),
                "amount": format_amount(line.amount),
            }
            for line in quote_lines(quote)
        ],
        "discount": format_amount(-quote.discount_amount) if quote.discount_amount else "",
        "net": format_amount(quote.net),
        "tax": format_amount(quote.tax),
        "total": format_amount(quote.total),
        "capital": chinese_amount(quote.total) if language.startswith("zh") else "",
        "terms": quote.terms or "",
        "is_open": answering.is_open(quote),
        "is_accepted": quote.state == QuoteState.ACCEPTED,
        "is_refused": quote.state == QuoteState.REFUSED,
        "answered_by": quote.answered_by or "",
        "answered_on": timezone.localdate(quote.answered_at).isoformat() if quote.answered_at else "",
        "name": request.POST.get("name", "")[:MOST_NAME],
        "remark": request.POST.get("remark", "")[:MOST_REMARK],
        "wrong": wrong,
        "token": new_token(f"quote:{link.pk}", 0),
    }
    return shown(request, language, "public/quote.html", told, status=status)
