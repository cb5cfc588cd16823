"""The paper of a quote: a PDF in the firm's layout, with the total in capital figures where it is read in Chinese."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, override

from zhike.domain.quotes.models import Quote, QuoteLine
from zhike.lib.chinese_amounts import chinese_amount
from zhike.lib.money import format_amount
from zhike.lib.pdf.document import Block, Column, Document, Facts, Heading, Sides, Table, Text, document_pdf

LINE_COLUMNS = ("name", "specification", "quantity", "unit", "unit_price", "discount_percent", "tax_rate", "amount")


def quote_lines(quote: Quote) -> list[QuoteLine]:
    return list(QuoteLine.objects.filter(quote=quote, deletion=None).order_by("position", "pk"))


def quote_pdf(quote: Quote, language: str) -> bytes:
    """The paper in the language of who reads it; rights were settled before."""
    with override(language):
        return document_pdf(_document(quote, language))


def _document(quote: Quote, language: str) -> Document:
    seller = quote.seller
    name = seller.name if seller else ""
    return Document(
        title=_("Quotation"),
        subtitle=quote.title,
        footer=" · ".join(part for part in (name, quote.number) if part),
        author=name,
        language=language,
        moment=quote.sent_at or quote.updated_at,
        blocks=[
            Sides(
                [Heading(_("Customer")), Facts(_customer(quote))],
                [Heading(_("Offered by")), Facts(_seller(quote))],
            ),
            Facts(_about(quote), columns=2),
            _table(quote),
            *_sums(quote, language),
            *_terms(quote),
            Sides(
                [Text(_("For the customer (seal and signature):"))], [Text(_("For the seller (seal and signature):"))]
            ),
        ],
    )


def _terms(quote: Quote) -> list[Block]:
    return [Heading(_("Terms")), Text(quote.terms)] if quote.terms else []


def _customer(quote: Quote) -> list[tuple[str, str]]:
    contact = quote.contact
    rows = [(_("Name"), quote.customer.name)]
    return [*rows, (_("To the attention of"), contact.name)] if contact else rows


def _seller(quote: Quote) -> list[tuple[str, str]]:
    seller = quote.seller
    if seller is None:
        return [(_("Contact person"), quote.owner.name if quote.owner else "")]
    rows = [
        (_("Name"), seller.name),
        (_("Tax number"), seller.tax_number),
        (_("Address"), seller.address),
        (_("Phone"), seller.phone),
        (_("Bank"), " ".join(part for part in (seller.bank, seller.account) if part)),
        (_("Contact person"), quote.owner.name if quote.owner else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _about(quote: Quote) -> list[tuple[str, str]]:
    day = timezone.localdate(quote.sent_at) if quote.sent_at else timezone.localdate()
    return [
        (_("Number"), f"{quote.number} V{quote.revision}"),
        (_("Date"), day.isoformat()),
        (_("Valid until"), quote.valid_until.isoformat() if quote.valid_until else ""),
        (_("Prices"), _("include tax") if quote.tax_included else _("without tax")),
    ]


def _table(quote: Quote) -> Table:
    columns = [
        Column(_("No."), width=0),
        Column(_("Name and specification"), width=4),
        Column(_("Quantity"), is_number=True, width=0),
        Column(_("Unit"), width=0),
        Column(_("Unit price"), is_number=True, width=0),
        Column(_("Discount"), is_number=True, width=0),
        Column(_("Tax rate"), is_number=True, width=0),
        Column(_("Amount"), is_number=True, width=0),
    ]
    rows = [
        [
            str(number),
            "\n".join(part for part in (line.name, line.specification) if part),
            plain(line.quantity),
            line.unit or "",
            plain(line.unit_price, least=2),
            percent(line.discount_percent),
            percent(line.tax_rate),
            format_amount(line.amount, symbol=False),
        ]
        for number, line in enumerate(quote_lines(quote), 1)
    ]
    return Table(columns, rows)


def _sums(quote: Quote, language: str) -> list[Block]:
    facts = [(_("Sum of the lines"), format_amount(quote.subtotal))]
    if quote.discount_amount:
        facts.append((_("Discount on the whole"), format_amount(-quote.discount_amount)))
    facts += [(_("Without tax"), format_amount(quote.net)), (_("Tax"), format_amount(quote.tax))]
    total = _("Total with tax: %(amount)s") % {"amount": format_amount(quote.total)}
    said: list[Block] = [Facts(facts, columns=2), Text(total, is_strong=True)]
    if language.startswith("zh"):
        said.append(
            Text(_("In capital figures: RMB %(amount)s") % {"amount": chinese_amount(quote.total)}, is_strong=True)
        )
    return said


def plain(value: Any, *, least: int = 0) -> str:
    """A decimal without trailing zeros, but with at least so many decimals."""
    if value is None:
        return ""
    exact = Decimal(value)
    text = f"{exact:,f}"
    whole, _dot, decimals = text.partition(".")
    kept = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{kept}" if kept else whole


def percent(value: Any) -> str:
    return "" if not value else f"{plain(value)}%"
