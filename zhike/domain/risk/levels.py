"""Setting the level of risk aside until a day, and letting the rules decide again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import Risk
from zhike.domain.customers.models import Customer
from zhike.domain.risk.scheme import FIELD, risk_scheme
from zhike.domain.tiers.overrides import grade_by_rules, grade_override
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_from_pairs
from zhike.metadata.writes import SaveResult


def risk_override(ids: Sequence[int], *, actor: Actor, level: str, reason: str, until: date) -> SaveResult:
    """Give customers a level until a day, whatever the evidence; it stands in the history with the reason."""
    risk_scheme()
    return grade_override(FIELD, ids, actor=actor, grade=level, reason=reason, until=until)


def risk_by_rules(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Let the evidence decide again."""
    risk_scheme()
    return grade_by_rules(FIELD, ids, actor=actor)


registry.action(
    Customer,
    key="risk_override",
    label=_("Set the risk level"),
    permission="edit",
    icon="alert-triangle",
    is_rare=True,
    arguments=(
        Field(
            key="level",
            type=field_type("choice"),
            label=_("risk"),
            required=True,
            options={"choices": choices_from_pairs(Risk.choices, {})},
        ),
        Field(key="reason", type=field_type("text"), label=_("reason"), required=True, options={"max_length": 300}),
        Field(key="until", type=field_type("date"), label=_("holds until"), required=True),
    ),
)(risk_override)
registry.action(
    Customer, key="risk_by_rules", label=_("Risk by the rules again"), permission="edit", icon="refresh", is_rare=True
)(risk_by_rules)
