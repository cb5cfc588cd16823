"""Trade and tiers of the demo: a year of purchases, a scheme that grades by them, a key customer who fell, and who asks for what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from zhike.accounts.models import User
from zhike.domain.demo.stories import numbers
from zhike.domain.demo.vocabulary import toml
from zhike.domain.tiers.following import cuts_of, queue_grading
from zhike.domain.tiers.models import TierVersion
from zhike.domain.tiers.overrides import tier_override
from zhike.domain.tiers.regrading import regrade
from zhike.domain.tiers.schemes import scheme_create, version_save
from zhike.engines.duplicates.conflicts import SHARE, conflict_ask, conflict_token
from zhike.engines.figures.figure_table import tables
from zhike.engines.figures.table_refresh import refresh_table
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.storage import storage

Row = dict[str, Any]
#: Days since the scheme began, and since grades were last looked at before today.
BEGAN, LOOKED_AT = 90, 30
#: Stages in which a customer has bought.
BUYERS = ("active", "silent")


@cache
def _data() -> dict[str, Any]:
    return toml("trade.toml")


def purchases(customers: Iterable[Mapping[str, Any]], seed: int, today: date) -> list[Row]:
    """Transactions of generated customers, and those that the stories tell; sums follow the customer's tier."""
    told = set(numbers().values())
    found = [row for customer in customers if customer["number"] not in told for row in _bought(customer, seed, today)]
    return [*found, *_told_purchases({customer["number"]: customer for customer in customers}, today)]


def _bought(customer: Mapping[str, Any], seed: int, today: date) -> Iterator[Row]:
    """A few purchases of a firm that buys; a silent one bought nothing in the last half-year."""
    if customer["kind"] != "company" or customer["stage"] not in BUYERS:
        return
    rng = Random(f"{seed}:trade:{customer['number']}")
    least, most = _data()["amounts"][customer["tier"]]
    left = int(least + (most - least) * rng.random() ** 2)
    nearest = 3 if customer["stage"] == "active" else 185
    for _turn in range(8):
        good = _data()["goods"][int(rng.random() * len(_data()["goods"]))]
        quantity = max(1, min(int(good["most"]), left // int(good["price"])))
        days = nearest + int(rng.random() * (355 - nearest))
        if left < good["price"]:
            break
        left -= quantity * good["price"]
        yield _row(
            customer,
            good["name"],
            today - timedelta(days=days),
            quantity * good["price"],
            quantity=quantity,
            cost=quantity * good["cost"],
        )


def _told_purchases(customers: Mapping[int, Mapping[str, Any]], today: date) -> Iterator[Row]:
    for told in _data()["purchases"]:
        customer = customers.get(numbers()[told["customer"]])
        if customer is not None:
            more = {"note": told["note"]} if "note" in told else {}
            yield _row(customer, told["product"], today - timedelta(days=told["days"]), told["yuan"], **more)


def _row(customer: Mapping[str, Any], product: str, day: date, yuan: int, **more: Any) -> Row:
    at = timezone.make_aware(datetime.combine(day, time(17, 30)))
    written = {"created_at": at, "created_by": customer["owner"], "updated_at": at}
    return {
        "customer": customer["number"],
        "day": day.isoformat(),
        "product": product,
        "amount": f"{yuan}",
        "owner": customer["owner"],
        **written,
        **{key: f"{value}" for key, value in more.items()},
    }


def holdings(customers: Iterable[Mapping[str, Any]], today: date) -> list[Row]:
    """What the customers of stories hold with the firm."""
    owners = {customer["number"]: customer["owner"] for customer in customers}
    return [
        {
            "customer": number,
            "name": held["name"],
            "kind": held["kind"],
            "balance": f"{held['yuan']}",
            "since": (today - timedelta(days=held["since"])).isoformat(),
            "until": (today - timedelta(days=held["until"])).isoformat(),
            "owner": owners[number],
        }
        for held in _data()["holdings"]
        if (number := numbers()[held["customer"]]) in owners
    ]


def definition() -> dict[str, Any]:
    """Three grades by what a customer brought in twelve months; who never bought is not graded."""
    scheme = _data()["scheme"]
    bounds = {
        key: {"all": [{"field": "net_amount_12m", "op": "gte", "value": f"{scheme[key]}"}]}
        for key in ("high", "middle")
    }
    play = {"kind": "other", "every": scheme["play_days"], "title": scheme["play"]}
    return {
        "by": "rules",
        "grades": [
            {"key": "high", "label": "高", "label_en": "High", "is_key": True, "rule": bounds["high"], "plays": [play]},
            {"key": "middle", "label": "中", "label_en": "Middle", "rule": bounds["middle"]},
            {"key": "low", "label": "低", "label_en": "Low"},
        ],
        "population": {"all": [{"field": "net_amount", "op": "not_empty"}]},
    }


def grade(ids: Sequence[int], today: date) -> None:
    """Set the scheme up as if it had stood for months, and grade these customers then and now: some moved in between."""
    scheme = _data()["scheme"]
    made = scheme_create(
        key=scheme["key"], name=scheme["name"], name_en=scheme["name_en"], writes_tier=True, actor=SYSTEM
    )
    version = version_save(made, definition(), effective_on=timezone.localdate(), actor=SYSTEM)
    began = _evening(today - timedelta(days=BEGAN))
    TierVersion.objects.filter(pk=version.pk).update(created_at=began, effective_on=timezone.localdate(began))
    version.refresh_from_db()
    for days in (LOOKED_AT, 1):
        moment = _evening(today - timedelta(days=days))
        with storage().write_transaction():
            for table in tables("customer"):
                refresh_table(table, ids, now=moment)
            regrade(version, cuts_of(version), Q(pk__in=ids), now=moment)
    queue_grading([made.pk])


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(20)))


def decisions(
    people: Mapping[Any, int], customers: Mapping[Any, int], actor_of: Callable[[User], Actor], today: date
) -> None:
    """A tier set by hand that is about to expire, and somebody who asks for a part in a customer."""
    told = _data()["override"]
    customer, by = customers.get(numbers()[told["customer"]]), people.get(told["by"])
    if customer is not None and by is not None:
        person = actor_of(User.objects.get(pk=by))
        until = max(today, timezone.localdate()) + timedelta(days=told["days"])
        tier_override([customer], actor=person, grade=told["grade"], reason=told["reason"], until=until)
    asked = _data()["conflict"]
    customer, by = customers.get(numbers()[asked["customer"]]), people.get(asked["by"])
    if customer is not None and by is not None:
        person = actor_of(User.objects.get(pk=by))
        token = conflict_token(registry.get("customer"), customer, actor=person)
        with override(person.language):
            conflict_ask(token, way=SHARE, reason=asked["reason"], actor=person)
