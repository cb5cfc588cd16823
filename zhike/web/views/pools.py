"""The public pool: the pools one may look into, the customers of one, and who loses what tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.pools.belonging import find_pool, manages, may_assign, may_claim, pools_seen
from zhike.domain.pools.listing import SHOWN, Lying, pool_page
from zhike.domain.pools.models import Pool
from zhike.domain.pools.services import hands
from zhike.domain.pools.services.recall import MOST_LISTED, losses, next_working_day
from zhike.engines.working_time.services import unknown_year_ahead
from zhike.lib.enumeration import enumerated
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid
from zhike.metadata.fields.base import Context
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import refusals_answered
from zhike.web.records.moments import moment

navigation.add(
    navigation.Place(
        "pools",
        gettext_lazy("Public pool"),
        "customers",
        "recycle",
        order=25,
        needs={"pool": "view", "customer": "view"},
        shortcut="o",
    )
)


@require_safe
def pool_list(request: AccountRequest) -> HttpResponse:
    """The pools that the reader may look into; the only one opens at once."""
    pools = list(pools_seen(request.actor))
    if len(pools) == 1 and not request.GET.get("all"):
        return HttpResponseRedirect(reverse("pool", args=[pools[0].pk]))
    rows = Customer.objects.filter(pool__in=pools, deletion__isnull=True).order_by()
    counts = dict(rows.values_list("pool_id").annotate(Count("pk")))
    told = {
        "rows": [
            {"pool": pool, "count": counts.get(pool.pk, 0), "url": reverse("pool", args=[pool.pk])} for pool in pools
        ],
        "rules_url": list_url("pool") if policy.may(request.actor, registry.get("pool"), "create") else "",
        "empty": {
            "icon": "recycle",
            "title": _("You do not belong to any public pool"),
            "text": _("A manager of a pool can make you a member; then you find its customers here."),
        },
    }
    return render(request, "pools/list.html", told)


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def pool(request: AccountRequest, pool_id: int) -> HttpResponse:
    """The customers of a pool; POST claims or assigns those chosen."""
    found = find_pool(pool_id, actor=request.actor)
    if request.method != "POST":
        return pool_answer(request, found)
    try:
        done = carry_out(request, found)
    except Invalid as refusal:
        return pool_answer(request, found, wrong=str(next(iter(refusal.problems.values()))[0].message), status=422)
    if done.done:
        return pool_answer(request, found, said=hands.told(done))
    return pool_answer(request, found, wrong=hands.told(done), status=422)


def carry_out(request: AccountRequest, found: Pool) -> hands.Hands:
    """Claim one or several, or give them to somebody; raises Invalid."""
    one = request.POST.get("one", "")
    ids = [int(text) for text in ([one] if one else request.POST.getlist("ids")) if text.isdigit() and len(text) < 16]
    if request.POST.get("do") == "assign" and not one:
        to = request.POST.get("to", "")
        reason = request.POST.get("reason", "").strip()
        return hands.assign(
            found.pk, ids, to=int(to) if to.isdigit() and len(to) < 16 else 0, reason=reason, actor=request.actor
        )
    return hands.claim(found.pk, ids, actor=request.actor)


def pool_answer(
    request: AccountRequest, found: Pool, *, said: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    context = context_for(request.actor)
    q = request.GET.get("q", "").strip()[:60]
    after = request.GET.get("after", "")
    rows, more = pool_page(
        found, actor=request.actor, q=q, after=int(after) if after.isdigit() and len(after) < 16 else None
    )
    claims, assigns = may_claim(request.actor, found), may_assign(request.actor, found)
    told = {
        "heading": found.name,
        "pool": found,
        "q": q,
        "said": said,
        "wrong": wrong,
        "rows": [drawn(row, context) for row in rows],
        "more_url": f"?{urlencode({'q': q, 'after': more})}" if more else "",
        "may_claim": claims,
        "may_assign": assigns,
        "people": people_of(found) if assigns else [],
        "quotas": hands.quotas(found, request.actor.user_id) if claims and request.actor.user_id else {},
        "several": pools_seen(request.actor).count() > 1,
        "recall_url": reverse("pool_recall", args=[found.pk]) if sees_losses(request.actor, found) else "",
        "rules_url": record_url("pool", found.pk) if policy.may(request.actor, registry.get("pool"), "edit") else "",
        "empty": {
            "icon": "recycle",
            "title": _("No customer lies in this pool") if not q else _("No customer in this pool is called that"),
            "text": _("Customers come here when somebody returns them, or when nobody followed up in time."),
        },
    }
    return render(request, "pools/pool.html", told, status=status)


def drawn(row: Lying, context: Context) -> dict[str, Any]:
    """A customer as the pool shows it."""
    customer = registry.get("customer")
    cells = [
        customer.field(key).type.cell(row.values[key], customer.field(key), context) if key in row.values else ""
        for key in SHOWN
    ]
    return {
        "id": row.id,
        "name": row.name,
        "cells": cells,
        "phone": enumerated(row.masked.values()),
        "since": moment(row.since, context) if row.since else None,
    }


def people_of(found: Pool) -> list[tuple[int, str]]:
    """Members and managers by name, those of the member departments too."""
    people = User.objects.filter(is_active=True, deletion__isnull=True)
    ids = {pk for rows in (found.members, found.managers) for pk in rows.values_list("pk", flat=True)}
    ids |= set(people.filter(department__in=found.departments.all()).values_list("pk", flat=True))
    return list(people.filter(pk__in=ids).order_by("name", "pk").values_list("pk", "name"))


def sees_losses(actor: Actor, found: Pool) -> bool:
    """Who manages the pool, and who sees every customer."""
    return manages(actor, found) or policy.scope_condition(actor, registry.get("customer"), "view") is None


@refusals_answered
@require_safe
def pool_recall(request: AccountRequest, pool_id: int) -> HttpResponse:
    """The dry run: who loses what on the next working day unless somebody follows up."""
    found = find_pool(pool_id, actor=request.actor)
    if not sees_losses(request.actor, found):
        raise PermissionDenied
    context = context_for(request.actor)
    told: dict[str, Any] = {
        "heading": _("Recall: %(pool)s") % {"pool": found.name},
        "pool": found,
        "unknown_year": None,
    }
    try:
        day = next_working_day(timezone.localdate())
        rows, total = losses(found, day)
    except YearNotKnown as unknown:
        return render(request, "pools/recall.html", {**told, "unknown_year": unknown.year, "groups": []})
    told |= {
        "day": day,
        "total": total,
        "listed": MOST_LISTED if total > MOST_LISTED else 0,
        "groups": by_owner(rows, found, context),
        "warned_year": unknown_year_ahead(),
    }
    return render(request, "pools/recall.html", told)


def by_owner(rows: Sequence[Any], found: Pool, context: Context) -> list[dict[str, Any]]:
    """The losses of each owner, with the reason in words."""
    groups: dict[int, dict[str, Any]] = {}
    for loss in rows:
        days = found.idle_days if loss.is_idle else found.deal_days
        why = _("No follow-up for %(days)s working days") if loss.is_idle else _("No deal for %(days)s working days")
        group = groups.setdefault(loss.customer.owner_id, {"owner": loss.customer.owner.name, "rows": []})
        group["rows"].append(
            {
                "name": loss.customer.name,
                "url": record_url("customer", loss.customer.pk),
                "why": why % {"days": days},
                "last": moment(loss.last_contact_at, context) if loss.last_contact_at else None,
            }
        )
    return list(groups.values())
