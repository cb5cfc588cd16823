"""Value tiers for everybody: how customers stand, who moved and why, what is kept of each strategy, and the Pareto curve."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.models import TierChange, TierGrade, TierScheme
from zhike.domain.tiers.models.change import Direction
from zhike.domain.tiers.regrading import version_in_force
from zhike.domain.tiers.schemes import distribution
from zhike.domain.tiers.strategy import compliance
from zhike.domain.trade.concentration import concentration, count_for_share, ranked, top_count, top_sum
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import object_view
from zhike.web.lists.state import ListState
from zhike.web.records.moments import moment
from zhike.web.records.subject import load
from zhike.web.tiers.telling import scheme_name, told_grade, told_moves

MOST_MOVES = 30
MOST_HISTORY = 50
#: Split points that the page starts from; others are asked for in its address.
SPLIT, SHARE = 20, 80
navigation.add(
    navigation.Place("tiers", gettext_lazy("Value tiers"), "value", "scale", order=10, needs={"customer": "view"})
)


@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """Every scheme with its grades, moves and strategies, and how concentrated the business is."""
    actor, context = request.actor, context_for(request.actor)
    customers = registry.get("customer")
    if not policy.may(actor, customers, "view"):
        raise PermissionDenied
    given = {
        "schemes": [_scheme(scheme, actor, context) for scheme in TierScheme.of_value().filter(is_active=True)],
        "moves": _moves(actor, context, falls=request.GET.get("show") == "falls"),
        "falls": request.GET.get("show") == "falls",
        "pareto": _pareto(request, context) if _sees_amounts(actor, customers) else None,
        "may_set_up": actor.has("settings"),
    }
    return render(request, "tiers/overview.html", given)


def _sees_amounts(actor: Actor, customers: ObjectType) -> bool:
    return policy.comparable(actor, customers, customers.field("net_amount"))


def _scheme(scheme: TierScheme, actor: Actor, context: Context) -> dict[str, Any]:
    version = version_in_force(scheme)
    if version is None:
        return {"name": scheme_name(scheme, context), "grades": [], "plays": []}
    definition = read(version.definition)
    key = "tier" if scheme.writes_tier else f"tier_{scheme.key}"
    counted = distribution(scheme, definition, actor)
    total = sum(count for _grade, count in counted)
    return {
        "name": scheme_name(scheme, context),
        "version": version.number,
        "total": total,
        "grades": [
            {
                "name": definition.label(grade, context.language),
                "count": count,
                "percent": round(100 * count / total) if total else 0,
                "url": _list(key, grade),
            }
            for grade, count in counted
        ],
        "plays": [
            {
                "grade": definition.label(found.grade.key, context.language),
                "title": found.play.title,
                "every": found.play.every,
                "due": found.due,
                "kept": found.kept,
                "percent": found.percent,
                "day": found.day,
            }
            for found in compliance(scheme, definition, actor)
        ],
    }


def _list(key: str, grade: str) -> str:
    state = ListState(filter={"all": [{"field": key, "op": "eq", "value": grade}]})
    return list_url("customer") + state.query_string()


def _moves(actor: Actor, context: Context, *, falls: bool) -> list[dict[str, Any]]:
    """The latest moves of customers whom the actor sees; first grades are none."""
    seen: Any = policy.queryset_for(actor, registry.get("customer"))
    rows = TierChange.objects.exclude(direction=Direction.NEW).filter(
        customer_id__in=seen.values("pk"), version__scheme__in=TierScheme.of_value()
    )
    if falls:
        rows = rows.filter(direction=Direction.DOWN)
    changes = list(rows.select_related("version__scheme").order_by("-pk")[:MOST_MOVES])
    names = dict(seen.filter(pk__in=[change.customer_id for change in changes]).values_list("pk", "name"))
    return [
        {**told, "title": names[told["customer"]], "url": record_url("customer", told["customer"])}
        for told in told_moves(changes, context)
    ]


def _percent(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) else default


def _pareto(request: AccountRequest, context: Context) -> dict[str, Any]:
    """The curve in words, with split points of the reader's own."""
    rows = ranked(request.actor)
    found = concentration(rows)
    split, share = _percent(request.GET.get("top", ""), SPLIT), _percent(request.GET.get("share", ""), SHARE)
    told: dict[str, Any] = {
        "is_enough": found.is_enough,
        "population": found.population,
        "at": moment(found.at, context),
        "top": split,
        "share": share,
    }
    if found.is_enough:
        field = registry.get("customer").field("net_amount")
        best = top_count(found.population, split)
        reach = count_for_share(rows, found.total, share)
        told |= {
            "top_count": best,
            "top_percent": round(100 * top_sum(rows, best) / found.total, 1),
            "reach": reach,
            "reach_percent": round(100 * reach / found.population),
            "total": field.type.cell(found.total, field, context),
            "gini": f"{found.gini:.3f}",
        }
    return told


@require_safe
@object_view
def why_tier(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Why a customer has its grades, and how they moved, in the dialog."""
    if object_type.key != "customer":
        raise Http404
    subject = load(request.actor, object_type, record_id)
    grades = TierGrade.objects.filter(customer_id=record_id, scheme__is_active=True).select_related("version__scheme")
    changes = TierChange.objects.filter(customer_id=record_id).select_related("version__scheme").order_by("-pk")
    given = {
        "record": {"title": subject.title, "url": subject.url},
        "grades": [told_grade(grade, subject.context) for grade in grades.order_by("scheme_id")],
        "moves": told_moves(changes[:MOST_HISTORY], subject.context),
        "may_set": subject.may("edit") and TierScheme.objects.filter(is_active=True, writes=TierScheme.TIER).exists(),
    }
    return render(request, "tiers/why.html", given)
