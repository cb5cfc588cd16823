"""The opportunity as an object type."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.conditions import opportunities_verify
from zhike.domain.deals.fields import computed_fields
from zhike.domain.deals.lines import deal_fill, deal_sums
from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.objects.line import COLUMNS as LINE_COLUMNS
from zhike.domain.deals.preparation import opportunities_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Lines, ObjectType, Panel, Section, TimelineSource
from zhike.metadata.registry import object_type


def describe() -> ObjectType:
    """The descriptor, computed fields included, so that lists and cards show what is wrong."""
    descriptor = object_type(
        Opportunity,
        slug="opportunities",
        bookkeeping=("stage_since", "stage_until", "moves_at", "process_version"),
        icon="target-arrow",
        group="sales",
        order=10,
        title="name",
        subtitle=("customer", "stage"),
        columns=("name", "customer", "stage", "alarm", "amount", "close_on", "forecast", "owner", "updated_at"),
        filters=(
            "state",
            "alarm",
            "pipeline",
            "stage",
            "forecast",
            "intention",
            "close_on",
            "amount",
            "customer",
            "owner",
            "loss_reason",
        ),
        search=("name", "competitor"),
        badges=("state", "alarm", "forecast"),
        figures=("amount", "close_on", "next_step_at"),
        quick=("customer", "name", "amount", "close_on"),
        form=(
            Section(_("Opportunity"), ("name", "customer", "contact", "pipeline", "stage", "owner", "department")),
            Section(_("What it is worth"), ("amount", "floor_price", "close_on", "probability", "forecast")),
            Section(_("What they want"), ("needs", "proposal", "intention", "evidence")),
            Section(_("How it stands"), ("checks", "competitor", "note")),
            Section(_("How it ended"), ("win_reason", "loss_reason", "close_note"), folded=True),
        ),
        panels=(
            Panel("task", "opportunity", ("title", "due_at", "status", "owner")),
            Panel("stakeholder", "opportunity", ("contact", "role", "attitude"), limit=8),
            Panel("process_step", "opportunity", ("title", "state", "due_at"), limit=8, is_more=True),
            Panel("negotiation_step", "opportunity", ("title", "side", "price", "said_at"), limit=8, is_more=True),
            Panel("material_sent", "opportunity", ("title", "kind", "sent_at", "opened_at"), is_more=True),
            Panel("quote", "opportunity", ("title", "number", "state", "total"), limit=8, is_more=True),
            Panel("contract", "opportunity", ("title", "number", "state", "amount"), limit=8, is_more=True),
            Panel("order", "opportunity", ("number", "day", "state", "amount"), limit=8, is_more=True),
            Panel("stage_move", "opportunity", ("stage", "moved_at", "owner"), limit=8, is_more=True),
        ),
        children=(
            # First: a step names its task, which cannot go before it.
            Child("process_step", "opportunity"),
            Child("stage_move", "opportunity"),
            Child("opportunity_line", "opportunity"),
            Child("task", "opportunity"),
            Child("stakeholder", "opportunity"),
            Child("material_sent", "opportunity"),
            Child("negotiation_step", "opportunity"),
        ),
        lines=Lines(
            "opportunity_line",
            "opportunity",
            LINE_COLUMNS,
            label=_("Lines"),
            source="product",
            fill=deal_fill,
            refill={"quantity": ("unit_price",)},
            sums=deal_sums,
            totals=("amount",),
        ),
        board_by="stage",
        board_filter={"all": [{"field": "state", "op": "eq", "value": "open"}]},
        board_within="pipeline",
        import_keys=("name",),
        timeline=TimelineSource(
            subject="customer", at="created_at", title="name", kind="state", body="needs", more=("amount", "stage")
        ),
        has_timeline=True,
        prepare=opportunities_prepare,
        verify=opportunities_verify,
    )
    return replace(descriptor, fields={**descriptor.fields, **computed_fields()})


OPPORTUNITY = registry.add(describe())
