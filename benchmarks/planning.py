"""The requests of a measurement, as addresses of the base at hand."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db.models import Max, QuerySet
from django.test import Client
from django.urls import NoReverseMatch, reverse

from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.accounts.tokens import token_create
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS, Actor
from zhike.metadata.keyset import Cursor
from zhike.metadata.policy import queryset_for

LIST = "/o/customers/"
SEARCHES = ("建国", "5566", "zjg")
FILTER = {"all": [{"field": "tier", "op": "eq", "value": "high"}, {"field": "stage", "op": "eq", "value": "active"}]}
CUSTOM_FILTER = {"field": "score", "op": "gte", "value": 500_000}
SELLERS = 160
RECORDS = 40
#: One in 160 of these is a seller's own.
DRAWN = 5_000
PAGE = 50


def plan() -> dict[str, Any]:
    """Requests of a salesperson, of somebody who sees everything, and the chores of many people."""
    seller, boss = User.objects.get(username="sales_1_1"), User.objects.get(username="boss")
    people = list(User.objects.filter(username__startswith="sales_").order_by("pk")[:SELLERS])
    people += list(User.objects.filter(username__startswith="manager_").order_by("pk")[: 200 - len(people)])
    return {
        "tasks": {"department": tasks(seller), "all": tasks(boss)},
        "chores": [chores(person) for person in people],
    }


def actor(user: User) -> Actor:
    return actor_for(user) or ANONYMOUS


def cookie(user: User) -> str:
    """The cookie of a new session."""
    browser = Client()
    browser.force_login(user, backend="zhike.accounts.backend.PasswordBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


def tasks(user: User) -> dict[str, list[dict[str, Any]]]:
    """Requests by task."""
    session, rng = cookie(user), Random(user.pk)
    mine = records(user, rng)
    by_name = {"filter": json.dumps(FILTER), "sort": "name"}
    by_score = {"filter": json.dumps(CUSTOM_FILTER), "sort": "score"}
    found = {
        "list": [page(session)],
        f"list page {last_page(user):,}": [page(session, cursor=far_cursor(user))],
        "list, filtered and sorted by native fields": [page(session, **by_name)],
        "list, filtered and sorted by a custom field": [page(session, **by_score)],
        "360° page": [{"path": f"{LIST}{pk}/", "cookie": session} for pk in mine],
        "save": [save(session, pk) for pk in owned(user, rng)],
    }
    found |= {f"search {text}": [searching(user, session, text)] for text in SEARCHES}
    if exists("board"):
        found["board"] = [{"path": f"{LIST}board/", "cookie": session}]
    return found


def chores(user: User) -> list[tuple[float, dict[str, Any]]]:
    """What one of many people does, with weights."""
    session, rng = cookie(user), Random(user.pk)
    found: list[tuple[float, dict[str, Any]]] = [(3, {"name": "list", **page(session)})]
    found.append((1, {"name": "list", **page(session, filter=json.dumps(FILTER), sort="name")}))
    secret = token(user)
    found += [(1, {"name": "search", **searching(user, session, text, secret)}) for text in SEARCHES]
    found += [(0.5, {"name": "360° page", "path": f"{LIST}{pk}/", "cookie": session}) for pk in records(user, rng)[:8]]
    found += [(0.25, {"name": "save", **save(session, pk)}) for pk in owned(user, rng)[:8]]
    return found


def page(session: str, **query: str) -> dict[str, Any]:
    return {"path": f"{LIST}?{urlencode(query)}" if query else LIST, "cookie": session}


def save(session: str, pk: int) -> dict[str, Any]:
    """One field edited in place; every answer must be another value, or nothing is written."""
    return {"path": f"{LIST}{pk}/edit/wechat/", "cookie": session, "form": "wechat=wx_{serial}"}


def searching(user: User, session: str, text: str, secret: str = "") -> dict[str, Any]:
    """Search as one types; by the API where the pages have none."""
    if exists("search"):
        return {"path": f"{reverse('search')}?q={quote(text)}", "cookie": session, "target": "search-results"}
    return {"path": f"/api/v1/search?q={quote(text)}", "cookie": session, "token": secret or token(user)}


def token(user: User) -> str:
    return token_create(user, name="benchmark", scopes=["*"], actor=actor(user))[1]


def exists(name: str) -> bool:
    """Whether there is a page of this name; some need the slug of an object."""
    for arguments in ({}, {"slug": "customers"}):
        try:
            reverse(name, kwargs=arguments)
        except NoReverseMatch:
            continue
        return True
    return False


def records(user: User, rng: Random) -> list[int]:
    """Some customers that the person sees, spread over all."""
    return drawn(queryset_for(actor(user), registry.get("customer")), rng)


def owned(user: User, rng: Random) -> list[int]:
    """Some customers that the person may change."""
    return drawn(queryset_for(actor(user), registry.get("customer"), "edit"), rng)


def drawn(rows: QuerySet[Any, Any], rng: Random) -> list[int]:
    """Ids of some of the rows: those among ids drawn at random, since reading all would take minutes for 200 people."""
    last = registry.get("customer").model._default_manager.aggregate(last=Max("pk"))["last"]
    ids = rng.sample(range(1, last + 1), min(DRAWN, last))
    return list(rows.filter(pk__in=ids).values_list("pk", flat=True))[:RECORDS]


def last_page(user: User) -> int:
    """Page 10,000, or the last full one where there are fewer."""
    count = queryset_for(actor(user), registry.get("customer")).count()
    return min(10_000, count // PAGE)


def far_cursor(user: User) -> str:
    """Where the page before ``last_page`` ends, in the order of the list."""
    customer = registry.get("customer")
    rows = queryset_for(actor(user), customer).order_by("-updated_at", "-id").values_list("updated_at", "pk")
    moment, pk = rows[(last_page(user) - 1) * PAGE - 1]
    field = customer.field("updated_at")
    return Cursor((field.type.to_json(moment, field),), pk).encode()
