"""The evidence of risk as an object type."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.risk.indicators import IndicatorChoices
from zhike.domain.risk.models import RiskSignal
from zhike.domain.risk.preparation import signals_prepare
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.object_type import ObjectType, Section, TimelineSource
from zhike.metadata.registry import object_type


def describe() -> ObjectType:
    """The descriptor; the indicators are those registered at the moment."""
    descriptor = object_type(
        RiskSignal,
        key="risk_signal",
        icon="alert-triangle",
        group="value",
        order=40,
        title="seen",
        subtitle=("customer", "indicator"),
        columns=("seen", "customer", "indicator", "seen_on", "reliability", "source", "valid_until", "state"),
        filters=("indicator", "seen_on", "reliability", "source", "state", "customer", "owner"),
        search=("seen",),
        badges=("indicator", "reliability", "state"),
        quick=("customer", "indicator", "seen", "seen_on", "reliability", "source"),
        form=(
            Section(_("What was seen"), ("customer", "indicator", "seen", "seen_on", "detail")),
            Section(_("How far it holds"), ("source", "reliability", "valid_until", "state", "owner")),
        ),
        default_sort="-seen_on",
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer",
            at="seen_on",
            title="seen",
            kind="indicator",
            body="detail",
            more=("reliability", "source"),
        ),
        prepare=signals_prepare,
    )
    fields = dict(descriptor.fields)
    fields["indicator"] = fields["indicator"].with_changes(
        type=field_type("choice"), options={"choices": IndicatorChoices()}
    )
    return replace(descriptor, fields=fields)


RISK_SIGNAL = registry.add(describe())
