"""The archive review of the demo: a cycle that has just run out, one who has finished, one half way, and those who are late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.reviews import answering
from zhike.domain.reviews.asking import fields_asked, own_due
from zhike.domain.reviews.jobs import opened_finish
from zhike.domain.reviews.models import ReviewCycle, Trend
from zhike.domain.reviews.opening import cycle_begin, open_some
from zhike.domain.reviews.policies import usual_values
from zhike.domain.reviews.sampling import samples_draw
from zhike.engines.working_time.services import add_working_days
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import Origin, Row, record_save, save

ORIGIN = Origin("demo")
DEADLINE_DAYS, SEED = 10, 2026
#: How many of their customers people have reviewed; who is not named has done nothing yet.
REVIEWED = {"chenzhiqiang": 1.0, "zhaojianguo": 0.6, "shanyutong": 0.3}
#: (yuan in the window before, yuan in the last one) of customers that are still to be reviewed.
TRADE = ((42_000, 96_500), (68_000, 21_300), (31_500, 0), (12_800, 13_600))
TRADERS = ("zhaojianguo", "shanyutong")
#: Nobody reviews more than this in the demo.
MOST = 24
#: What people found out about customers that grow or shrink.
REASONS = {
    Trend.GROWTH: "新厂投产，订货量上升",
    Trend.LOSS: "主要项目延期，订单减少",
    Trend.GONE: "换了供应商，正在争取",
}


def reviews(people: Mapping[Any, int], actor_of: Callable[[User], Actor], today: date) -> None:
    """Make the policy and a cycle whose deadline was yesterday; ``people`` are ids by user name."""
    try:
        opened_on = add_working_days(today, -DEADLINE_DAYS - 1)
    except YearNotKnown:
        return
    values = {
        **usual_values(),
        "name": "两月一修",
        "effective_on": opened_on - timedelta(days=30),
        "deadline_days": DEADLINE_DAYS,
        "new_days": 0,
        "sample_percent": 20,
        "watch": "订货金额和频率；客户对我们和竞争对手的评价。",
    }
    record_save(registry.get("review_policy"), values, actor=SYSTEM, origin=ORIGIN)
    for name in TRADERS:
        if name in people:
            _trade(people[name], opened_on)
    cycle = cycle_begin(opened_on, seed=SEED)
    if cycle is None:
        return
    last = 0
    while True:
        _made, last = open_some(cycle, last, lambda _count, _pk: None)
        if not last:
            break
    opened_finish(cycle)
    for name, share in REVIEWED.items():
        if name in people:
            _review(cycle, actor_of(User.objects.get(pk=people[name])), share)
    samples_draw(cycle, everybody=False)


def _trade(owner: int, opened_on: date) -> None:
    """Purchases of somebody's last customers, so that some grow, some shrink and one has stopped."""
    rows = Customer.objects.filter(owner_id=owner, deletion__isnull=True).order_by("-pk")
    bought = [
        Row(
            {
                "customer": pk,
                "day": opened_on - timedelta(days=days),
                "kind": "purchase",
                "product": "办公设备",
                "amount": yuan,
            }
        )
        for pk, pair in zip(rows.values_list("pk", flat=True), TRADE, strict=False)
        for days, yuan in zip((130, 35), pair, strict=True)
        if yuan
    ]
    save(registry.get("transaction"), bought, actor=SYSTEM, origin=ORIGIN)


def _review(cycle: ReviewCycle, actor: Actor, share: float) -> None:
    """Do a share of somebody's reviews as the page does it."""
    rows = list(own_due(actor).filter(cycle=cycle).select_related("cycle__policy", "customer"))
    for place, row in enumerate(rows[: min(MOST, round(len(rows) * share))]):
        answering.review_open(row.pk, actor=actor)
        verdicts = {
            field.key: "unreachable" if (place + number) % 11 == 7 else "confirmed"
            for number, field in enumerate(fields_asked(row, actor))
        }
        answering.fields_answer(row.pk, verdicts, actor=actor)
        answering.review_finish(row.pk, actor=actor, reason=REASONS.get(Trend(row.trend)))
