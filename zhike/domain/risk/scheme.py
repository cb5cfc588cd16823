"""The one scheme of risk: its rules as they are delivered, and the version in force.

It is a scheme of the tiers' machinery with a method of its own, so that versions, preview, history and overrides are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from zhike.domain.risk.indicators import indicators
from zhike.domain.tiers.models import TierScheme, TierVersion
from zhike.domain.tiers.regrading import version_in_force
from zhike.jobs.scheduler import scheduled
from zhike.metadata.storage import storage

KEY = "risk"
#: Field of the customer that the level goes into, and the key of the method of grading.
FIELD, METHOD = "risk", "signals"
#: From the highest down; the last one takes evidence that weighs too little.
HIGH, WATCH, NONE = LEVELS = ("high", "watch", "none")


#: Conditions over figures that every installation starts with: indicator, weight, filter over customers.
SHIPPED: tuple[tuple[str, int, dict[str, Any]], ...] = (
    (
        "silence",
        15,
        {
            "all": [
                {"field": "purchase_days", "op": "gte", "value": 3},
                {"field": "purchase_recency_days", "op": "gte", "value": 180},
            ]
        },
    ),
    (
        "order_decline",
        20,
        {
            "all": [
                {"field": "purchase_days", "op": "gte", "value": 6},
                {
                    "any": [
                        {"field": "net_amount_change_12m", "op": "lte", "value": -50},
                        {"field": "purchase_days_change_12m", "op": "lte", "value": -50},
                    ]
                },
            ]
        },
    ),
)
#: Conditions as they were delivered before: whoever still has them is offered those of today.
EARLIER: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "order_decline",
        {
            "all": [
                {"field": "purchase_days", "op": "gte", "value": 6},
                {"field": "purchase_days_12m", "op": "lte", "value": 1},
            ]
        },
    ),
)


def default_definition() -> dict[str, Any]:
    """Where every installation starts: two thresholds, the indicators' own weights, and conditions over figures."""
    return {
        "by": METHOD,
        "grades": [
            {"key": HIGH, "label": "高风险", "label_en": "High risk", "least": 60, "is_key": True},
            {"key": WATCH, "label": "关注", "label_en": "Watch", "least": 25},
            {"key": NONE, "label": "无风险", "label_en": "No risk"},
        ],
        "settings": {
            "indicators": {key: {"weight": found.weight, "fade": found.fade} for key, found in indicators().items()},
            "conditions": [
                *({"indicator": key, "weight": weight, "rule": rule} for key, weight, rule in SHIPPED),
                *(
                    {"indicator": key, "weight": found.weight, "rule": dict(found.rule)}
                    for key, found in indicators().items()
                    if found.rule is not None
                ),
            ],
            "answer_hours": 8,
            "irregular": {
                HIGH: {"remind": [2, 6], "visit": [10, 25]},
                WATCH: {"remind": [8, 20], "visit": [30, 70]},
            },
        },
    }


@dataclass(frozen=True, slots=True)
class Offer:
    """A condition that is delivered today and that the rules do not weigh, or weigh as it was delivered earlier."""

    indicator: str
    condition: dict[str, Any]
    replaces: dict[str, Any] | None = None


def offers(definition: Mapping[str, Any]) -> list[Offer]:
    """What rules that exist already could take over; nothing is added until somebody saves it as a version."""
    held = definition.get("settings", {}).get("conditions", ())
    known = {condition["indicator"] for condition in held}
    found = []
    for condition in default_definition()["settings"]["conditions"]:
        key = condition["indicator"]
        old = next((one for one in held if (key, one.get("rule")) in EARLIER), None) if key in known else None
        if key not in known or old is not None:
            found.append(Offer(key, condition, old))
    return found


def with_offer(definition: Mapping[str, Any], indicator: str) -> dict[str, Any]:
    """The definition with what is offered for an indicator in its place; as it was where nothing is."""
    offer = next((one for one in offers(definition) if one.indicator == indicator), None)
    if offer is None:
        return dict(definition)
    settings = definition["settings"]
    kept = [condition for condition in settings.get("conditions", ()) if condition != offer.replaces]
    weights = settings.get("indicators", {})
    found = indicators()[indicator]
    added = {indicator: weights.get(indicator, {"weight": found.weight, "fade": found.fade})}
    more = {"conditions": [*kept, offer.condition], "indicators": {**weights, **added}}
    return {**definition, "settings": {**settings, **more}}


def risk_scheme() -> TierScheme:
    """The scheme of risk, made with its first version where it is missing."""
    found = TierScheme.objects.filter(writes=FIELD).first()
    if found is not None:
        return found
    with storage().write_transaction():
        storage().lock_key("risk scheme")
        scheme, is_new = TierScheme.objects.get_or_create(
            writes=FIELD, defaults={"key": KEY, "name": "风险等级", "name_en": "Risk level"}
        )
        if is_new:
            TierVersion.objects.create(
                scheme=scheme,
                number=1,
                definition=default_definition(),
                effective_on=timezone.localdate(),
                created_at=timezone.now(),
            )
    return scheme


def risk_version() -> TierVersion | None:
    """The version of the rules in force; None before there are any."""
    scheme = TierScheme.objects.filter(writes=FIELD, is_active=True).first()
    return version_in_force(scheme) if scheme is not None else None


@scheduled("risk.scheme", every=3_600)
def bring_scheme() -> None:
    """Every installation has rules of risk."""
    risk_scheme()
