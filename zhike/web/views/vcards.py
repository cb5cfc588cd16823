"""Taking in vCards: a phone's address book becomes one's private one, or the contacts of a customer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.domain.customers.services.vcards import CardsTaken, address_book_import, contacts_import
from zhike.lib.enumeration import sentences
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import list_url
from zhike.metadata.saving import context_for
from zhike.web.edges import refusals_answered

MOST_BYTES = 20 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def vcards(request: AccountRequest) -> HttpResponse:
    """The form; POST takes the file in and says what became of its cards."""
    if request.method != "POST":
        return page(request, request.GET.get("customer"))
    try:
        customer = chosen_customer(request)
        return page(request, request.POST.get("customer"), taken=take_in(request, customer))
    except Invalid as refusal:
        found = next(iter(refusal.problems.values()))
        return page(request, request.POST.get("customer"), problems=found, status=422)


def chosen_customer(request: AccountRequest) -> int | None:
    """The customer whose contacts the cards become; None for the private address book. Raises Invalid."""
    raw = request.POST.get("customer")
    if not raw:
        return None
    field = registry.get("contact").field("customer")
    try:
        pk: int = field.type.parse(raw, field, context_for(request.actor))
    except ValueRefused as refusal:
        raise Invalid({"customer": [Problem(refusal.code, refusal.message)]}) from refusal
    return pk


def take_in(request: AccountRequest, customer: int | None) -> CardsTaken:
    """What became of the posted file; raises Invalid and Denied."""
    file = request.FILES.get("file")
    if file is None:
        raise Invalid({"file": [Problem("required", _("Choose a file first."))]})
    if (file.size or 0) > MOST_BYTES:
        raise Invalid({"file": [Problem("too_large", _("The file is larger than 20 MB."))]})
    data = file.read()
    if customer is None:
        return address_book_import(data, actor=request.actor)
    policy.require(request.actor, registry.get("contact"), "create")
    return contacts_import(data, customer=customer, actor=request.actor)


def page(
    request: AccountRequest,
    customer: str | None,
    *,
    taken: CardsTaken | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with its form and, after a file, the result."""
    context = context_for(request.actor)
    contact = registry.get("contact")
    field = contact.field("customer")
    value = int(customer) if customer and customer.isascii() and customer.isdigit() and len(customer) < 19 else None
    if value is not None:
        fill_labels({"customer": [value]}, context)
    picker = field.type.widget(value, field, context, name="customer", attrs=' id="customer"')
    shown: dict[str, Any] = {
        "heading": _("Take in vCards"),
        "list_url": list_url("address_entry"),
        "picker": picker if policy.may(request.actor, contact, "create") else "",
        "problems": problems,
        "taken": taken,
        "refused": [(name, reasons(found)) for name, found in taken.refused] if taken else [],
    }
    return render(request, "vcards.html", shown, status=status)


def reasons(problems: Any) -> str:
    """Why a card was refused, in words."""
    return sentences(problem.message for found in problems.values() for problem in found)
