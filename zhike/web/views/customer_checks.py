"""Asking customers to check their data: the links of one customer, many at once as a file, and where values come from."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhike.accounts.middleware import AccountRequest
from zhike.domain.collection.face import askable
from zhike.domain.collection.models import Proposal
from zhike.domain.collection.services import checking
from zhike.domain.customers.models import Customer, Group
from zhike.lib.table_writers import CsvWriter
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid, NotFound, Problems
from zhike.metadata.saving import context_for
from zhike.web.edges import refusals_answered
from zhike.web.lists.chosen import ticked
from zhike.web.records.links import RecordLink, add
from zhike.web.records.moments import moment
from zhike.web.settings_pages import SettingsPage, add as add_page, belongs_to, settings_render
from zhike.web.views.answers import go_to

LINK = add(
    RecordLink(
        "customer", gettext_lazy("Ask to check the data"), "customer_check", "link", permission="edit", is_rare=True
    )
)
PAGE = add_page(
    SettingsPage(
        address="settings_checks",
        label=gettext_lazy("Self-update by customers"),
        text=gettext_lazy(
            "Decides which of their own data customers see and correct over a secret link, for everybody."
        ),
        group="data",
        privilege="settings",
        icon="link",
        words=gettext_lazy("check data link correct public"),
    )
)


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def customer_check(request: AccountRequest, customer_id: int) -> HttpResponse:
    """The links of a customer; POST makes one, whose address is shown this once."""
    found = find_customer(request, customer_id)
    address = ""
    if request.method == "POST":
        [made] = checking.links_make([found.pk], actor=request.actor)
        address = public_address(request, made.secret)
    context = context_for(request.actor)
    links = [
        {
            "link": link,
            "made": moment(link.made_at, context),
            "expires": moment(link.expires_at, context),
            "works": link.revoked_at is None and link.expires_at > context.now and link.uses < link.most_uses,
        }
        for link in checking.links_of(found.pk)
    ]
    told = {
        "heading": _("Ask to check the data"),
        "customer": found,
        "links": links,
        "address": address,
        "fields": [field.label for field in checking.shown_fields()],
        "rules": checking.rules(),
        "proposals": list(
            Proposal.objects.filter(customer=found, deletion__isnull=True).order_by("-received_at", "-pk")[:10]
        ),
    }
    return render(request, "collection/check.html", told)


def find_customer(request: AccountRequest, customer_id: int) -> Customer:
    """A customer that the actor may change; raises Denied or NotFound."""
    customer = registry.get("customer")
    policy.require(request.actor, customer, "edit")
    rows: Any = policy.queryset_for(request.actor, customer, "edit")
    found: Customer | None = rows.filter(pk=customer_id).first()
    if found is None:
        raise NotFound("customer", customer_id)
    return found


def public_address(request: AccountRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("public_check", args=[secret]))


@refusals_answered
@require_POST
def customer_check_revoke(request: AccountRequest, customer_id: int, link_id: int) -> HttpResponse:
    checking.link_revoke(customer_id, link_id, actor=request.actor)
    return HttpResponseRedirect(reverse("customer_check", args=[customer_id]))


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def check_links(request: AccountRequest) -> HttpResponse:
    """A link for each customer of a group, or of those ticked in a list, as CSV; for who may export customers and change them."""
    customer = registry.get("customer")
    for action in ("export", "edit"):
        policy.require(request.actor, customer, action)
    if request.method == "POST" and request.headers.get("HX-Request") and request.POST.getlist("ids"):
        return go_to(f"{reverse('check_links')}?{urlencode({'ids': ticked(request.POST)}, doseq=True)}")
    if chosen := ticked(request.POST if request.method == "POST" else request.GET):
        return links_file(request, chosen) if request.method == "POST" else links_page(request, None, ids=chosen)
    groups: Any = policy.queryset_for(request.actor, registry.get("group"))
    groups = groups.filter(kind="static").order_by("name")
    if request.method != "POST":
        return links_page(request, groups)
    raw = request.POST.get("group", "")
    group: Group | None = (
        groups.filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 19 else None
    )
    if group is None:
        return links_page(request, groups, _("Choose a group."))
    return links_file(request, group.members.values("pk"), groups)


def links_file(request: AccountRequest, members: Any, groups: Any = None) -> HttpResponse:
    """The table of links for those of the customers that the actor may export and change."""
    customer = registry.get("customer")
    rows: Any = policy.queryset_for(request.actor, customer, "export").filter(pk__in=members)
    rows = rows.filter(pk__in=policy.queryset_for(request.actor, customer, "edit").values("pk"))
    names = dict(rows.order_by("pk").values_list("pk", "name")[: checking.MOST_AT_ONCE + 1])
    try:
        made = checking.links_take_out(list(names), actor=request.actor)
    except Invalid as refusal:
        wrong = str(next(iter(refusal.problems.values()))[0].message)
        return links_page(request, groups, wrong, ids=() if groups is not None else tuple(members))
    file = io.StringIO()
    writer = CsvWriter(file)
    writer.write([str(customer.field("id").label), str(customer.field("name").label), _("Link")])
    writer.write_all([link.customer_id, names[link.customer_id], public_address(request, link.secret)] for link in made)
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="links.csv"'
    return response


def links_page(request: AccountRequest, groups: Any, wrong: str = "", *, ids: tuple[int, ...] = ()) -> HttpResponse:
    told = {
        "heading": _("Links for many customers"),
        "groups": [] if groups is None else list(groups.values_list("pk", "name")[:200]),
        "ids": ids,
        "fields": [field.label for field in checking.shown_fields()],
        "rules": checking.rules(),
        "wrong": wrong,
    }
    return render(request, "collection/links.html", told, status=422 if wrong else 200)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def check_rules(request: AccountRequest) -> HttpResponse:
    """What customers see, and how long a link works."""
    problems: Problems = {}
    ruled = checking.rules()
    keys, days, most_uses = ruled.fields, str(ruled.days), str(ruled.most_uses)
    if request.method == "POST":
        keys = request.POST.getlist("fields")
        days, most_uses = request.POST.get("days", ""), request.POST.get("most_uses", "")
        try:
            checking.rules_save(keys, number(days), number(most_uses), actor=request.actor)
            return HttpResponseRedirect(reverse("settings_checks"))
        except Invalid as refusal:
            problems = refusal.problems
    told = {
        "fields": [(field.key, field.label, field.key in keys) for field in askable("customer")],
        "days": days,
        "most_uses": most_uses,
        "problems": problems,
    }
    return settings_render(request, PAGE, "collection/rules.html", told, status=422 if problems else 200)


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
