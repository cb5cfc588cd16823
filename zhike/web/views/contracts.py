"""The paper of a contract."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.contracts.models import Contract
from zhike.domain.contracts.paper import contract_pdf
from zhike.lib.pdf.typesetting import MIME
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Denied
from zhike.web.edges import refusals_answered
from zhike.web.records.links import RecordLink, add
from zhike.web.records.subject import load

add(RecordLink("contract", _("Paper (PDF)"), "contract_pdf", "file-text"))
#: What stands on the paper: who may not see one of them does not see the paper.
ON_PAPER = ("amount", "text", "customer")


@require_safe
@refusals_answered
def pdf(request: AccountRequest, contract_id: int) -> HttpResponse:
    """The paper as whoever sees all of the contract may print it."""
    object_type = registry.get("contract")
    subject = load(request.actor, object_type, contract_id)
    if any(
        policy.access(request.actor, object_type, object_type.field(key)) < FieldAccess.READ_ONLY for key in ON_PAPER
    ):
        raise Denied("contract", "view")
    rows = Contract.objects.select_related("customer", "contact", "seller", "owner", "quote", "order")
    contract = rows.get(pk=subject.id)
    answer = HttpResponse(contract_pdf(contract, request.actor.language), content_type=MIME)
    answer["Content-Disposition"] = f'inline; filename="{contract.number}-V{contract.revision}.pdf"'
    return answer
