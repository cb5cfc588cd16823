"""Targets of a year: one's own, and those of the firm, its departments and people with what is reached, to go, and not split."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import Department
from zhike.domain.catalog.models import ProductCategory
from zhike.domain.targets.choices import Level, Measure, Span
from zhike.domain.targets.models import SalesTarget
from zhike.domain.targets.rolling_up import Line, rows_behind, targets_of
from zhike.domain.targets.spans import QUARTERS, months_within, spans_at
from zhike.lib.money import format_amount
from zhike.metadata import policy, registry
from zhike.metadata.places import list_url, record_url
from zhike.web import navigation
from zhike.web.lists.state import ListState

navigation.add(
    navigation.Place("targets", gettext_lazy("Targets"), "sales", "target", order=14, needs={"sales_target": "view"})
)
FIRST_YEAR, LAST_YEAR = 2000, 2100


@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """The tree of a year by what counts; each number opens its target, or the rows behind it."""
    if not policy.may(request.actor, registry.get("sales_target"), "view"):
        raise PermissionDenied
    today = timezone.localdate()
    year = _whole(request, "year", FIRST_YEAR, LAST_YEAR) or today.year
    measure = _chosen(request, "measure", Measure.values, Measure.ORDERS)
    part = _chosen(request, "part", QUARTERS, Span.YEAR)
    category = _whole(request, "category", 1, 2**63 - 1) if measure == Measure.ORDERS else None
    spans = [Span(part), *(QUARTERS if part == Span.YEAR else months_within(part))]
    lines = targets_of(request.actor, year, measure, category)
    page = _Page(year, measure, category, part, opens=category is None)
    given = {
        "heading": _("Targets"),
        "year": year,
        "years": [page.tab(str(found), year=found) for found in (year - 1, year, year + 1)],
        "measures": [page.tab(str(found.label), measure=found.value, category=None) for found in Measure],
        "parts": [page.tab(str(found.label), part=found.value) for found in (Span.YEAR, *QUARTERS)],
        "categories": page.categories(),
        "spans": [span.label for span in spans],
        "own": page.own(lines, request.actor.user_id, today),
        "rows": [page.row(line, spans) for line in lines],
        "list_url": list_url("sales_target"),
        "may_create": policy.may(request.actor, registry.get("sales_target"), "create"),
    }
    return render(request, "targets/overview.html", given)


def _whole(request: HttpRequest, name: str, least: int, most: int) -> int | None:
    """A whole number of the address; None for anything else."""
    text = request.GET.get(name, "")
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return found if least <= found <= most else None


def _chosen(request: HttpRequest, name: str, known: Any, default: str) -> str:
    found = request.GET.get(name, "")
    return found if found in {str(value) for value in known} else str(default)


class _Page:
    """What the address chose, and how the parts of the page are said under it."""

    def __init__(self, year: int, measure: str, category: int | None, part: str, *, opens: bool) -> None:
        self.chosen: dict[str, Any] = {"year": year, "measure": measure, "category": category, "part": part}
        self.opens = opens
        self.rooms = DepartmentTree(dict(Department.objects.values_list("pk", "parent_id")))

    def tab(self, label: str, **other: Any) -> dict[str, Any]:
        address = {key: value for key, value in {**self.chosen, **other}.items() if value}
        active = all(self.chosen[key] == value for key, value in other.items() if key != "category" or value)
        if set(other) == {"category"}:
            active = self.chosen["category"] == other["category"]
        return {"label": label, "url": f"?{urlencode(address)}", "active": active}

    def categories(self) -> list[dict[str, Any]]:
        """Categories for which targets of the year stand, where what counts has products."""
        if self.chosen["measure"] != Measure.ORDERS:
            return []
        named = SalesTarget.objects.filter(year=self.chosen["year"], deletion__isnull=True)
        rows = ProductCategory.objects.filter(pk__in=named.values("category"))
        found = [
            self.tab(name, category=pk) for pk, name in rows.order_by("position", "name").values_list("pk", "name")
        ]
        return [self.tab(_("All products"), category=None), *found] if found else []

    def own(self, lines: list[Line], user_id: int | None, today: Any) -> list[dict[str, Any]]:
        """The reader's own targets of today's month, quarter and year."""
        mine = next((line for line in lines if line.subject == (Level.PERSON.value, user_id)), None)
        if mine is None or self.chosen["year"] != today.year:
            return []
        return [
            {"label": span.label, **self.cell(mine, span.value)} for span in spans_at(today) if span.value in mine.cells
        ]

    def row(self, line: Line, spans: list[Span]) -> dict[str, Any]:
        return {
            "name": line.name or _("Whole firm"),
            "depth": min(line.depth, 6),
            "cells": [self.cell(line, span.value) for span in spans],
        }

    def cell(self, line: Line, span: str) -> dict[str, Any]:
        """A target with what was reached of it, or the sum of those below where the subject has none."""
        found = line.cells.get(span)
        if found is None:
            return {"below": format_amount(line.below[span]) if line.below.get(span) else ""}
        key, condition = rows_behind(line.subject, self.chosen["measure"], self.chosen["year"], span, self.rooms)
        left, later = line.left_below(span), line.left_in_time(span)
        return {
            "amount": format_amount(found.amount),
            "url": record_url("sales_target", found.id),
            "attained": None if found.attained is None else format_amount(found.attained),
            "rate": found.rate,
            "share": min(100, max(0, found.rate or 0)),
            "gap": format_amount(found.gap) if found.gap else "",
            "rows_url": list_url(key) + ListState(filter=condition).query_string() if self.opens and found.rows else "",
            "left": format_amount(left) if left and left > 0 else "",
            "over": format_amount(-left) if left and left < 0 else "",
            "later": format_amount(later) if later and later > 0 else "",
        }
