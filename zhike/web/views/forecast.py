"""The forecast by person with what managers expect instead, and what own history lets expect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import Department, User
from zhike.domain.deals.choices import ForecastCategory
from zhike.domain.deals.forecast import COUNTED, WON, may_forecast, months_from
from zhike.domain.targets.choices import Level
from zhike.domain.targets.expecting import Figures, adjustments, by_person, figures
from zhike.domain.targets.models import SalesOutlook
from zhike.domain.targets.outlook import FIRM, month_behind
from zhike.domain.targets.spans import days_of, spans_at, written
from zhike.lib.money import format_amount
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, Scope
from zhike.metadata.places import list_url
from zhike.metadata.saving import context_for
from zhike.web.records.moments import moment
from zhike.web.views.deals import deals_url, open_filter, won_filter

#: Months and quarters offered.
MONTHS, QUARTERS = 3, 2
#: Months of the backtest and of the history shown.
MOST_SHOWN = 12


@require_safe
def people(request: AccountRequest) -> HttpResponse:
    """Who brings what in a month or quarter: by the deals, and as their managers expect."""
    actor = request.actor
    if not policy.may(actor, registry.get("opportunity"), "view") or not may_forecast(actor):
        raise PermissionDenied
    today, context = timezone.localdate(), context_for(actor)
    periods = _periods(today)
    chosen = next((period for period in periods if written(*period) == request.GET.get("in")), periods[0])
    found = by_person(figures(actor, *chosen, today))
    said = adjustments(actor, *chosen)
    ids = {*(pk for pk in found if pk is not None), *(pk for level, pk in said if level == Level.PERSON)}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    rows = [_row(found.get(pk) or Figures(pk, None), said, chosen, today, names, context) for pk in ids]
    nobody = found.get(None)
    if nobody is not None:
        rows.append(_row(nobody, {}, chosen, today, names, context))
    given = {
        "heading": _("Forecast by person"),
        "periods": [
            {"label": written(*period), "url": f"?in={written(*period)}", "active": period == chosen}
            for period in periods
        ],
        "labels": [_("Won"), *(dict(ForecastCategory.choices)[category.value] for category in COUNTED)],
        "rows": sorted(rows, key=lambda row: (-row["counts"], row["name"])),
        "expected": format_amount(sum(row["expected_raw"] for row in rows)),
        "counted": format_amount(sum(row["counts"] for row in rows)),
        "may_adjust": policy.may(actor, registry.get("forecast_adjustment"), "create"),
        "list_url": list_url("forecast_adjustment"),
    }
    return render(request, "deals/forecast_people.html", given)


def _periods(today: date) -> list[tuple[int, str]]:
    months = [(month.year, spans_at(month)[0].value) for month in months_from(today, MONTHS)]
    quarters = [(month.year, spans_at(month)[1].value) for month in months_from(today, QUARTERS, 3)]
    return [*months, *quarters]


def _row(
    found: Figures,
    said: Mapping[Any, Any],
    period: tuple[int, str],
    today: date,
    names: Mapping[int, str],
    context: Any,
) -> dict[str, Any]:
    """One person: amounts that open to their deals, the figure of the deals, and the manager's with its history."""
    first, last = days_of(*period)
    whose = (
        {"field": "owner", "op": "eq", "value": found.owner} if found.owner else {"field": "owner", "op": "is_empty"}
    )
    conditions = {WON: won_filter(first, last, whose)}
    for category in COUNTED:
        conditions[category.value] = open_filter(category.value, max(first, today), last, whose)
    listed = [
        {
            "amount": format_amount(found.cell(key).amount),
            "count": found.cell(key).count,
            "url": deals_url(condition) if found.cell(key).count else "",
        }
        for key, condition in conditions.items()
    ]
    history = said.get((Level.PERSON.value, found.owner or 0), [])
    latest = history[0] if history else None
    year, span = period
    prefilled = urlencode({"year": year, "span": span, "level": Level.PERSON.value, "owner": found.owner or ""})
    return {
        "name": names.get(found.owner or 0, _("Nobody")),
        "cells": listed,
        "expected": format_amount(found.expected),
        "expected_raw": found.expected,
        "counts": latest.amount if latest else found.expected,
        "adjusted": format_amount(latest.amount) if latest else "",
        "history": [
            {
                "amount": format_amount(row.amount),
                "told": format_amount(row.told),
                "note": row.note,
                "who": row.created_by.name if row.created_by else "",
                "at": moment(row.created_at, context),
            }
            for row in history
        ],
        "adjust_url": f"{list_url('forecast_adjustment')}new/?{prefilled}" if found.owner else "",
    }


@require_safe
def outlook(request: AccountRequest) -> HttpResponse:
    """What own history lets expect of the firm or a department, with the backtest that says how far to trust it."""
    transactions = registry.get("transaction")
    if not _may_see(request.actor):
        raise PermissionDenied
    policy.require(request.actor, transactions, "view")
    context = context_for(request.actor)
    rows = {row.department: row for row in SalesOutlook.objects.filter(department__in=_within_sight(request.actor))}
    text = request.GET.get("of", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else FIRM
    chosen = rows.get(key) or next((rows[found] for found in sorted(rows)), None)
    rooms = {FIRM: _("Whole firm"), **dict(Department.objects.filter(pk__in=rows).values_list("pk", "name"))}
    given = {
        "heading": _("Forecast from history"),
        "series": [
            {"label": rooms.get(found, ""), "url": f"?of={found}", "active": rows[found] is chosen}
            for found in sorted(rows)
        ],
        "told": _told(chosen, context) if chosen else None,
    }
    return render(request, "deals/outlook.html", given)


def _may_see(actor: Actor) -> bool:
    transactions = registry.get("transaction")
    return policy.may(actor, transactions, "view") and all(
        policy.comparable(actor, transactions, transactions.field(key)) for key in ("amount", "day")
    )


def _within_sight(actor: Actor) -> set[int]:
    """Departments all of whose sales the actor sees; ``FIRM`` for who sees everything."""
    scope = actor.scope("customer", "view")
    tree = DepartmentTree(dict(Department.objects.values_list("pk", "parent_id")))
    if scope >= Scope.ALL:
        return {FIRM, *tree.parents}
    if scope < Scope.DEPARTMENT:
        return set()
    seen = actor.subtree_ids if scope >= Scope.DEPARTMENT_AND_BELOW else actor.department_ids
    return {room for room in seen if tree.subtree([room]) <= set(seen)}


def _told(found: SalesOutlook, context: Any) -> dict[str, Any]:
    months = len(found.history)
    said = found.outlook
    return {
        "method": said["method"],
        "error": None if said["scaled_error"] is None else f"{said['scaled_error']:.2f}",
        "months": months,
        "at": moment(found.computed_at, context),
        "expected": [
            {
                "month": _month(found, months + place),
                "value": format_amount(round(row["value"])),
                "low": format_amount(round(row["low"])),
                "high": format_amount(round(row["high"])),
            }
            for place, row in enumerate(said["expected"])
        ],
        "backtest": [
            {
                "month": _month(found, row["place"]),
                "said": format_amount(round(row["said"])),
                "came": format_amount(round(row["came"])),
                "off": format_amount(round(row["said"] - row["came"])),
            }
            for row in said["backtest"][-MOST_SHOWN:]
        ],
        "history": [
            {"month": _month(found, place), "amount": format_amount(found.history[place])}
            for place in range(max(0, months - MOST_SHOWN), months)
        ],
    }


def _month(found: SalesOutlook, place: int) -> str:
    month = month_behind(found, place)
    return date_format(month, "YEAR_MONTH_FORMAT") if month else ""
