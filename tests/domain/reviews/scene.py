"""A policy, customers of Bob and Charlie, and cycles that open by their job, for the tests of reviews."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.cast import Cast, actor
from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.reviews import answering
from zhike.domain.reviews.jobs import open_today
from zhike.domain.reviews.models import Review, ReviewCycle, ReviewPolicy
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

CHINA = ZoneInfo("Asia/Shanghai")
#: A Monday without holidays near it: ten working days later it is Monday 16 March.
DAY = date(2026, 3, 2)
FIELDS = ["name", "phones", "legal_representative", "occupation"]


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


def make_policy(**values: Any) -> ReviewPolicy:
    given = {
        "name": "两月一审",
        "effective_on": date(2026, 1, 1),
        "confirmed": FIELDS,
        "important_filter": {"all": [{"field": "tier", "op": "eq", "value": "high"}]},
        "risk_filter": {"all": [{"field": "risk", "op": "eq", "value": "high"}]},
        **values,
    }
    return ReviewPolicy.objects.get(pk=record_save(registry.get("review_policy"), given, actor=SYSTEM))


def make_customer(cast: Cast, name: str = "海天包装", **values: Any) -> int:
    """A customer of Bob's that is old enough to be reviewed."""
    given = {"name": name, "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk, **values}
    pk = record_save(registry.get("customer"), given, actor=SYSTEM)
    Customer.objects.filter(pk=pk).update(created_at=at(date(2025, 6, 1)))
    return pk


def bought(customer: int, day: date, yuan: int, **values: Any) -> int:
    given = {"customer": customer, "day": day, "kind": "purchase", "amount": str(yuan), **values}
    return record_save(registry.get("transaction"), given, actor=SYSTEM)


def run_jobs() -> None:
    while (found := claim("worker")) is not None:
        perform(found)


def open_cycle() -> ReviewCycle:
    """The cycle of today, opened by its job."""
    assert open_today()
    run_jobs()
    return ReviewCycle.objects.order_by("-opened_on")[0]


def review_of(customer: int) -> Review:
    return Review.objects.filter(customer_id=customer).order_by("-pk")[0]


def answer_all(review: Review, person: User, verdict: str = "confirmed") -> None:
    answering.review_open(review.pk, actor=actor(person))
    kind = Customer.objects.get(pk=review.customer_id).kind
    for key in FIELDS:
        if key != ("occupation" if kind == "company" else "legal_representative"):
            answering.field_answer(review.pk, key, verdict, actor=actor(person))


def finish(review: Review, person: User, **values: Any) -> Review:
    answer_all(review, person)
    return answering.review_finish(review.pk, actor=actor(person), **values)


def days(count: int) -> timedelta:
    return timedelta(days=count)
