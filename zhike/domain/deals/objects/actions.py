"""What people do with opportunities: a button, a bulk choice and an endpoint each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.deals.choices import LossReason, WinReason
from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.objects.opportunity import OPPORTUNITY
from zhike.domain.deals.services import moving
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import Choice, LiveChoices, choices_from_pairs, choices_of

OPEN = {"field": "state", "op": "eq", "value": "open"}


class StageChoices(LiveChoices):
    """The stages of all pipelines, as the field of opportunities has them."""

    def current(self) -> tuple[Choice, ...]:
        found = registry.catalogue().get(OPPORTUNITY.key)
        return choices_of(found.field("stage")) if found is not None else ()


def _stage(key: str, label: Any, *, required: bool) -> Field:
    options = {"choices": StageChoices()}
    return Field(key=key, type=field_type("choice"), label=label, required=required, options=options)


def _reason(key: str, label: Any, reasons: Any, *, required: bool) -> Field:
    options = {"choices": choices_from_pairs(reasons.choices, {})}
    return Field(key=key, type=field_type("choice"), label=label, required=required, options=options)


NOTE = Field(key="close_note", type=field_type("long_text"), label=_("what is to be learnt from it"))

registry.action(
    Opportunity,
    key="move",
    label=_("Move to a stage"),
    permission="edit",
    icon="switch-horizontal",
    when=OPEN,
    is_rare=True,
    arguments=(
        _stage("stage", pgettext_lazy("deal", "stage"), required=True),
        _stage("stands_in", _("only if it still stands in"), required=False),
    ),
)(moving.deal_move)
registry.action(
    Opportunity,
    key="change_pipeline",
    label=_("Change the pipeline"),
    permission="edit",
    icon="route",
    when=OPEN,
    is_rare=True,
    arguments=(_stage("stage", pgettext_lazy("deal", "stage"), required=True),),
)(moving.deal_change_pipeline)
registry.action(
    Opportunity,
    key="win",
    label=pgettext_lazy("deal", "Won"),
    permission="edit",
    icon="trophy",
    when=OPEN,
    arguments=(
        Field(key="amount", type=field_type("money"), label=_("amount"), options={"currency": "CNY"}),
        _reason("win_reason", _("why it was won"), WinReason, required=False),
        NOTE,
    ),
)(moving.deal_win)
registry.action(
    Opportunity,
    key="lose",
    label=pgettext_lazy("deal", "Lost"),
    permission="edit",
    icon="ban",
    when=OPEN,
    arguments=(
        _reason("loss_reason", _("why it was lost"), LossReason, required=True),
        Field(key="competitor", type=field_type("text"), label=_("competitor"), options={"max_length": 120}),
        NOTE,
    ),
)(moving.deal_lose)
registry.action(
    Opportunity,
    key="reopen",
    label=_("Open again"),
    permission="edit",
    icon="arrow-back-up",
    when={"not": OPEN},
)(moving.deal_reopen)
