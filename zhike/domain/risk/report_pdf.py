"""A report of risk as a PDF: the numbers as they were frozen, and the gravest cases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _, override

from zhike.domain.risk.models import RiskReport
from zhike.lib.pdf.document import Column, Document, Facts, Heading, Table, Text, document_pdf

NUMBERS = ("population", "high", "watch", "risen", "fallen", "unanswered", "held")


def report_pdf(report: RiskReport, language: str) -> bytes:
    """The file, in the language of its reader."""
    with override(language):
        cases = [_case(line) for line in (report.body or "").splitlines()]
        table = Table([Column(_("Customer")), Column(_("Why"), width=3)], cases)
        return document_pdf(
            Document(
                title=report.title,
                subtitle=report.owner.name if report.owner else "",
                footer=_("As of %(day)s, of the customers within this person's sight")
                % {"day": report.day.isoformat()},
                language=language,
                moment=report.created_at,
                blocks=[
                    Facts([(_label(key), f"{getattr(report, key):,}") for key in NUMBERS], columns=2),
                    Heading(_("The gravest cases")),
                    table if cases else Text(_("None."), is_muted=True),
                ],
            )
        )


def file_name(report: RiskReport) -> str:
    return f"risk-{report.day.isoformat()}.pdf"


def _label(key: str) -> str:
    column: Any = RiskReport._meta.get_field(key)
    return str(column.verbose_name)


def _case(line: str) -> tuple[str, str]:
    """Who, and why: the two sides of a line of the body."""
    who, _colon, why = line.partition(": ")
    return who, why
