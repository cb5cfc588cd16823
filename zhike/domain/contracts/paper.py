"""The paper of a contract as PDF: both sides, the words with their values, the goods, and where to sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _, override

from zhike.domain.contracts.choices import ContractState
from zhike.domain.contracts.goods import goods_of
from zhike.domain.contracts.merging import merged_text, values_of
from zhike.domain.contracts.models import Contract
from zhike.lib.chinese_amounts import chinese_amount
from zhike.lib.money import format_amount
from zhike.lib.pdf.document import Block, Column, Document, Facts, Heading, Sides, Table, Text, document_pdf

#: A line of the words that begins with it is a heading.
HEADING = "# "
UNSENT = (ContractState.DRAFT, ContractState.APPROVAL)


def contract_pdf(contract: Contract, language: str) -> bytes:
    """The paper in the language of who reads it; the words are what was written. Rights were settled before."""
    with override(language):
        return document_pdf(_document(contract, language))


def _facts(contract: Contract) -> dict[str, Any]:
    """What was frozen when it was sent; until then what stands there now."""
    if contract.facts and contract.state not in UNSENT:
        return dict(contract.facts)
    return {"values": values_of(contract), "goods": goods_of(contract)}


def _document(contract: Contract, language: str) -> Document:
    facts = _facts(contract)
    values = facts["values"]
    return Document(
        title=_("Contract"),
        subtitle=contract.title,
        footer=" · ".join(part for part in (values.get("seller"), contract.number) if part),
        author=values.get("seller") or "",
        language=language,
        moment=contract.sent_at or contract.updated_at,
        blocks=[
            Facts(_about(contract), columns=2),
            Sides(
                [Heading(_("Customer")), Facts(_named(values, CUSTOMER))],
                [Heading(_("Own company")), Facts(_named(values, SELLER))],
            ),
            *_words(merged_text(contract.text or "", values)),
            *_goods(facts["goods"]),
            *_total(contract, language),
            Sides(
                [Text(_("For the customer (seal and signature):"))], [Text(_("For the seller (seal and signature):"))]
            ),
        ],
    )


CUSTOMER = (
    ("customer", lambda: _("Name")),
    ("customer_code", lambda: _("Tax number")),
    ("customer_representative", lambda: _("Legal representative")),
    ("contact", lambda: _("To the attention of")),
)
SELLER = (
    ("seller", lambda: _("Name")),
    ("seller_tax_number", lambda: _("Tax number")),
    ("seller_address", lambda: _("Address")),
    ("seller_phone", lambda: _("Phone")),
    ("owner", lambda: _("Contact person")),
)


def _named(values: dict[str, str], keys: Any) -> list[tuple[str, str]]:
    return [(label(), values[key]) for key, label in keys if values.get(key)]


def _about(contract: Contract) -> list[tuple[str, str]]:
    rows = [
        (_("Number"), f"{contract.number} V{contract.revision}"),
        (_("Runs from"), contract.starts_on.isoformat() if contract.starts_on else ""),
        (_("Runs until"), contract.ends_on.isoformat() if contract.ends_on else ""),
        (_("Signed on"), contract.signed_on.isoformat() if contract.signed_on else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _words(text: str) -> Iterator[Block]:
    """Headings and paragraphs; empty lines part them."""
    for part in (line.strip() for line in text.splitlines()):
        if part.startswith(HEADING):
            yield Heading(part.removeprefix(HEADING))
        elif part:
            yield Text(part)


def _goods(rows: list[list[str]]) -> list[Block]:
    if not rows:
        return []
    columns = [
        Column(_("No."), width=0),
        Column(_("Name"), width=4),
        Column(_("Quantity"), is_number=True, width=0),
        Column(_("Unit"), width=0),
        Column(_("Unit price"), is_number=True, width=0),
        Column(_("Amount"), is_number=True, width=0),
    ]
    return [Heading(_("Goods and services")), Table(columns, [[str(n), *row] for n, row in enumerate(rows, 1)])]


def _total(contract: Contract, language: str) -> list[Block]:
    if contract.amount is None:
        return []
    said: list[Block] = [
        Text(_("Total with tax: %(amount)s") % {"amount": format_amount(contract.amount)}, is_strong=True)
    ]
    if language.startswith("zh"):
        said.append(
            Text(_("In capital figures: RMB %(amount)s") % {"amount": chinese_amount(contract.amount)}, is_strong=True)
        )
    return said
