"""The report of risk as an object type, read-only: ``reporting.py`` makes it."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.risk.models import RiskReport
from zhike.domain.risk.preparation import reports_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section
from zhike.metadata.registry import object_type


def describe() -> ObjectType:
    """The descriptor; nobody writes a report by hand."""
    descriptor = object_type(
        RiskReport,
        key="risk_report",
        icon="report",
        group="value",
        order=50,
        title="title",
        subtitle=("day",),
        columns=("title", "day", "high", "watch", "risen", "fallen", "unanswered", "held", "owner"),
        filters=("day", "owner"),
        search=("title",),
        figures=("high", "watch", "unanswered"),
        form=(
            Section(
                _("Report"),
                (
                    "title",
                    "day",
                    "owner",
                    "population",
                    "high",
                    "watch",
                    "risen",
                    "fallen",
                    "unanswered",
                    "held",
                    "body",
                ),
            ),
        ),
        default_sort="-day",
        permissions=("view", "export"),
        prepare=reports_prepare,
        is_private=True,
        creatable=False,
        customisable=False,
    )
    fields = {key: field.with_changes(readonly=True) for key, field in descriptor.fields.items()}
    fields["owner"] = fields["owner"].with_changes(label=_("made for"))
    return replace(descriptor, fields=fields)


RISK_REPORT = registry.add(describe())
