"""Reviews in words: badges of class and development, and the sentence that tells why a customer was flagged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.domain.reviews.changed import Since
from zhike.domain.reviews.models import Review, Trend
from zhike.metadata import policy, registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import list_url, record_url
from zhike.web.lists.state import ListState
from zhike.web.records.moments import moment


def badge(review: Review, key: str, context: Context) -> SafeString | str:
    """The badge of a choice of the review; "" where there is none."""
    field = registry.get("review").field(key)
    value = getattr(review, key)
    return field.type.cell(value, field, context) if value else ""


def trend_badge(review: Review, context: Context) -> SafeString | str:
    """How the customer develops, where there is something to say."""
    return badge(review, "trend", context) if review.trend != Trend.STEADY else ""


def flagged(review: Review, context: Context) -> str:
    """Why the customer was flagged: both amounts, and the days that they come from; "" for a steady one."""
    facts = review.facts
    if review.trend == Trend.STEADY or not sees_amounts(review, context):
        return ""
    words = {
        "days": review.cycle.policy.window_days,
        "now": money(facts["amount_now"], context),
        "before": money(facts["amount_before"], context),
        "times": facts.get("days_now", 0),
        "times_before": facts.get("days_before", 0),
    }
    if facts["amount_before"] <= 0:
        return _("%(now)s in the last %(days)s days, nothing in as many days before.") % words
    return (
        _(
            "%(now)s in the last %(days)s days, %(before)s in as many days before; bought on %(times)s days, "
            "before on %(times_before)s."
        )
        % words
    )


def sees_amounts(review: Review, context: Context) -> bool:
    """Whether the review knows amounts, and the reader may know them."""
    customer = registry.get("customer")
    return "amount_now" in review.facts and policy.comparable(context.actor, customer, customer.field("net_amount"))


def money(amount: int, context: Context) -> str:
    """An amount in minor units as people read it."""
    return AMOUNT.type.text(amount, AMOUNT, context)


AMOUNT = Field(key="amount", type=field_type("money"), label="", options={"currency": "CNY"})


def windows(review: Review, context: Context) -> list[dict[str, Any]]:
    """Amount and frequency of the two windows that are compared, where there was any trade."""
    facts = review.facts
    if not sees_amounts(review, context) or not (facts["amount_now"] or facts["amount_before"]):
        return []
    days = {"days": review.cycle.policy.window_days}
    return [
        {
            "label": _("Amount in %(days)s days") % days,
            "old": money(facts["amount_before"], context),
            "new": money(facts["amount_now"], context),
        },
        {"label": _("Days with purchases"), "old": facts["days_before"], "new": facts["days_now"]},
    ]


def told_changes(review: Review, since: Since, context: Context) -> dict[str, Any]:
    """What changed, as the page shows it."""
    pairs = [*since.figures, *since.fields]
    _fetch(pairs, context)
    return {
        "since": moment(since.at, context),
        "is_first": since.before is None,
        "lines": windows(review, context)
        + [
            {"label": field.label, "old": _said(field, old, context), "new": _said(field, new, context)}
            for field, old, new in pairs
        ],
        "contacts": [
            {"name": name, "url": record_url("contact", pk), "is_new": is_new} for pk, name, is_new in since.contacts
        ],
    }


def _fetch(pairs: Sequence[tuple[Field, Any, Any]], context: Context) -> None:
    wanted: dict[str, set[int]] = {}
    for field, old, new in pairs:
        target = field.type.link_targets(field)
        if target is not None:
            held = {pk for value in (old, new) if value is not None for pk in field.type.link_ids(value)}
            wanted.setdefault(target, set()).update(held)
    fill_labels(wanted, context)


def _said(field: Field, value: Any, context: Context) -> str:
    return field.type.text(value, field, context) if not field.type.is_empty(value) else "–"


def list_of(*conditions: dict[str, Any]) -> str:
    """The list of reviews for which the conditions hold."""
    return list_url("review") + ListState(filter={"all": list(conditions)}).query_string()
