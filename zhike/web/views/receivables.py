"""What customers owe, by age; and the statement of one of them, on the page and as a file."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.money import ageing as owed, statement as told
from zhike.domain.money.choices import EntryKind
from zhike.lib.money import format_amount, plain_amount
from zhike.lib.table_writers import CsvWriter
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url, record_url
from zhike.web import navigation
from zhike.web.edges import object_view
from zhike.web.lists.state import ListState
from zhike.web.records.subject import load

navigation.add(
    navigation.Place(
        "receivables",
        gettext_lazy("Receivables"),
        "sales",
        "hourglass",
        order=55,
        needs={"instalment": "view", "ledger_entry": "view"},
    )
)
#: Movements in a file.
MOST_IN_FILE = 100_000


@require_safe
def receivables(request: AccountRequest) -> HttpResponse:
    """Everything that is open, by how long it is overdue; each number opens to its instalments."""
    if not owed.may_see(request.actor):
        raise PermissionDenied
    found = owed.ageing(request.actor)
    given = {
        "labels": _labels(),
        "whole": _cells(found, found.whole),
        "rows": [_row(found, row) for row in found.rows],
        "population": found.population,
        "listed": owed.MOST_LISTED if found.population > owed.MOST_LISTED else 0,
        "day": found.day,
    }
    return render(request, "money/receivables.html", given)


def _labels() -> list[str]:
    return [_("Not yet due"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days")]


def _cells(found: owed.Ageing, row: owed.Owed) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "key": bucket.key,
            "amount": format_amount(row.amounts[bucket.key]) if row.amounts[bucket.key] else "–",
            "url": list_url("instalment") + ListState(filter=bucket.filter(found.day, row.customer)).query_string()
            if row.amounts[bucket.key]
            else "",
        }
        for label, bucket in zip(_labels(), owed.BUCKETS, strict=True)
    ]


def _row(found: owed.Ageing, row: owed.Owed) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": record_url("customer", row.customer or 0),
        "statement_url": reverse("statement", kwargs={"slug": "customers", "record_id": row.customer}),
        "total": format_amount(row.total),
        "overdue": format_amount(row.overdue) if row.overdue else "",
        "cells": _cells(found, row),
    }


@require_safe
@object_view
def statement(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The statement of a customer for a period, this year unless another is asked for."""
    subject = load(request.actor, object_type, record_id)
    if object_type.key != "customer" or not told.may_see(request.actor):
        raise PermissionDenied
    today = timezone.localdate()
    since = _day(request, "since", date(today.year, 1, 1))
    until = max(_day(request, "until", today), since)
    if request.GET.get("format") == "csv":
        return _file(
            told.statement(record_id, since, until, actor=request.actor, most=MOST_IN_FILE), subject.title, since
        )
    found = told.statement(record_id, since, until, actor=request.actor)
    address = reverse("statement", kwargs={"slug": object_type.slug, "record_id": record_id})
    given = {
        "title": subject.title,
        "url": subject.url,
        "since": since,
        "until": until,
        "opening": format_amount(found.opening),
        "closing": format_amount(found.closing),
        "is_cut": found.is_cut,
        "file_url": f"{address}?since={since.isoformat()}&until={until.isoformat()}&format=csv",
        "rows": [
            {
                "day": row.day,
                "kind": EntryKind(row.kind).label,
                "memo": row.memo,
                "amount": format_amount(row.amount),
                "balance": format_amount(row.balance),
                "url": record_url("ledger_entry", row.id),
            }
            for row in found.movements
        ],
    }
    return render(request, "money/statement.html", given)


def _day(request: HttpRequest, name: str, default: date) -> date:
    """A day of the address; what is no day is as if nothing were said."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return default


def _file(found: told.Statement, title: str, since: date) -> HttpResponse:
    target = StringIO()
    with CsvWriter(target) as writer:
        writer.write([_("date"), _("kind"), _("wording"), _("amount"), _("balance")])
        writer.write([since.isoformat(), _("brought forward"), "", "", plain_amount(found.opening)])
        for row in found.movements:
            amounts = (plain_amount(row.amount), plain_amount(row.balance))
            writer.write([row.day.isoformat(), str(EntryKind(row.kind).label), row.memo, *amounts])
        text = target.getvalue()
    # The mark makes spreadsheets read the file as UTF-8.
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    name = _("Statement of %(name)s") % {"name": title}
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or ""
    return response
