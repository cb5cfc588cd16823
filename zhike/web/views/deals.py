"""Pages over all deals: the forecast by month, and how each stage stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.deals.choices import ForecastCategory
from zhike.domain.deals.forecast import COUNTED, QUARTER, WON, Cell, Forecast, forecast, may_forecast, months_from
from zhike.domain.deals.monitoring import Count, standings
from zhike.metadata import policy, registry
from zhike.metadata.fields.base import Context
from zhike.metadata.places import list_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.deals.stages import told
from zhike.web.lists.state import ListState

#: Whose deals are summed up: a word of the address and the filter that it stands for.
SCOPES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "mine": {"field": "owner", "op": "eq", "value": "me"},
    "department": {"field": "department", "op": "eq", "value": "my_department_and_below"},
}

NOTHING_TO_SUM = {
    "icon": "eye-off",
    "title": gettext_lazy("You do not see the amounts of deals"),
    "text": gettext_lazy("A forecast sums them up. Whoever keeps the roles can let you see them."),
    "actions": (),
}
navigation.add(
    navigation.Place(
        "deals_forecast", gettext_lazy("Forecast"), "sales", "chart-line", order=15, needs={"opportunity": "view"}
    )
)
navigation.add(
    navigation.Place(
        "deals_process", gettext_lazy("How deals stand"), "sales", "activity", order=16, needs={"opportunity": "view"}
    )
)


@require_safe
def forecast_page(request: AccountRequest) -> HttpResponse:
    """The forecast of half a year month by month, or of a year and a half by quarters."""
    if not policy.may(request.actor, registry.get("opportunity"), "view"):
        raise PermissionDenied
    if not may_forecast(request.actor):
        return render(request, "deals/forecast.html", {"heading": _("Forecast"), "empty": NOTHING_TO_SUM})
    scope = request.GET.get("of", "")
    chosen = scope if scope in SCOPES else ""
    today, context = timezone.localdate(), context_for(request.actor)
    step = QUARTER if request.GET.get("by") == "quarter" else 1
    by = "&by=quarter" if step == QUARTER else ""
    found = forecast(request.actor, today, step=step, narrowed=SCOPES[chosen])
    given = {
        "heading": _("Forecast"),
        "scopes": [
            {"label": label, "url": f"?of={key}{by}", "active": key == chosen}
            for key, label in (("", _("Everything I see")), ("mine", _("Mine")), ("department", _("My department")))
        ],
        "units": [
            {"label": label, "url": f"?of={chosen}{word}", "active": by == word}
            for word, label in (("", _("By month")), ("&by=quarter", _("By quarter")))
        ],
        "months": [month_column(found, month, SCOPES[chosen], today, context, step) for month in found.months],
        "late": amount_link(found.late, beside_filter("lt", today, SCOPES[chosen]), context),
        "undated": amount_link(found.undated, beside_filter("is_empty", None, SCOPES[chosen]), context),
    }
    return render(request, "deals/forecast.html", given)


def month_column(
    found: Forecast, month: date, scope: Mapping[str, Any], today: date, context: Context, step: int = 1
) -> dict[str, Any]:
    """One month or quarter: what was won, and what is open by category."""
    last = months_from(month, 2, step)[1] - timedelta(days=1)
    labels = dict(ForecastCategory.choices)
    lines = [
        {
            "label": labels[category.value],
            **amount_link(
                found.cell(month, category.value), open_filter(category.value, max(month, today), last, scope), context
            ),
        }
        for category in COUNTED
    ]
    won = amount_link(found.cell(month, WON), won_filter(month, last, scope), context)
    return {
        "label": period_label(month, step),
        "expected": money(found.weighted(month), context),
        "lines": [{"label": _("Won"), **won}, *lines],
    }


def period_label(month: date, step: int) -> str:
    if step == QUARTER:
        return _("Q%(quarter)s %(year)s") % {"quarter": (month.month + 2) // QUARTER, "year": month.year}
    return date_format(month, "YEAR_MONTH_FORMAT")


def open_filter(category: str, first: date, last: date, scope: Mapping[str, Any]) -> dict[str, Any]:
    return _joined(
        {"field": "state", "op": "eq", "value": "open"},
        {"field": "forecast", "op": "eq", "value": category},
        {"field": "close_on", "op": "between", "value": [first.isoformat(), last.isoformat()]},
        scope,
    )


def won_filter(first: date, last: date, scope: Mapping[str, Any]) -> dict[str, Any]:
    return _joined(
        {"field": "state", "op": "eq", "value": "won"},
        {"field": "closed_at", "op": "between", "value": [first.isoformat(), last.isoformat()]},
        scope,
    )


def beside_filter(operator: str, day: date | None, scope: Mapping[str, Any]) -> dict[str, Any]:
    """Open deals that stand in no month; ``operator`` compares their closing date."""
    compared: dict[str, Any] = {"field": "close_on", "op": operator}
    if day is not None:
        compared["value"] = day.isoformat()
    omitted = {"field": "forecast", "op": "ne", "value": ForecastCategory.OMITTED.value}
    return _joined({"field": "state", "op": "eq", "value": "open"}, omitted, compared, scope)


def _joined(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {"all": [part for part in parts if part]}


def amount_link(cell: Cell, condition: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """A cell with the list of its deals."""
    return {"amount": money(cell.amount, context), "count": cell.count, "url": deals_url(condition)}


def money(amount: int, context: Context) -> Any:
    field = registry.get("opportunity").field("amount")
    return field.type.cell(amount, field, context)


def deals_url(condition: Mapping[str, Any]) -> str:
    return list_url("opportunity") + ListState(filter=condition).query_string()


@require_safe
def process_page(request: AccountRequest) -> HttpResponse:
    """How each stage stands: open, stuck, slipped, without a next step, in violation; every number opens its deals."""
    opportunity = registry.get("opportunity")
    seen = ("stage", "state", "pipeline", "alarm")
    if not policy.may(request.actor, opportunity, "view") or not all(
        policy.comparable(request.actor, opportunity, opportunity.field(key)) for key in seen
    ):
        raise PermissionDenied
    context = context_for(request.actor)
    given = {
        "heading": _("How deals stand"),
        "pipelines": [
            {
                "name": told(process.pipeline.name, process.pipeline.name_en, context),
                "rows": [
                    {
                        "stage": told(row.stage.label, row.stage.label_en, context),
                        "counts": [
                            {"label": label, **counted(count)}
                            for label, count in (
                                (pgettext("deals", "Open"), row.open),
                                (_("Too long in the stage"), row.stuck),
                                (_("Closing date passed"), row.slipped),
                                (_("No next step"), row.no_next),
                                (_("Against the rules"), row.violating),
                            )
                        ],
                    }
                    for row in rows
                ],
            }
            for process, rows in standings(request.actor)
        ],
    }
    return render(request, "deals/process.html", given)


def counted(count: Count) -> dict[str, Any]:
    return {"number": count.number, "url": deals_url(count.filter) if count.number else ""}
