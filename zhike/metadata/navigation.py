"""The groups of the navigation; object types and pages say themselves to which one they belong, and where in it they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.base import Label


@dataclass(frozen=True, slots=True)
class Group:
    """A group of places; ``folded`` ones are opened by those who need them."""

    label: Label
    icon: str
    folded: bool = False


#: In order. A group without a place that the person may open is not shown.
GROUPS: Mapping[str, Group] = {
    "customers": Group(_("Customers"), "users"),
    "activity": Group(_("Follow-up"), "message-circle"),
    "sales": Group(_("Sales"), "target-arrow"),
    "service": Group(_("Service"), "headset"),
    "value": Group(_("Value and risk"), "scale"),
    "quality": Group(_("Data quality"), "list-check"),
    "marketing": Group(_("Marketing and surveys"), "speakerphone", folded=True),
    "insight": Group(_("Insight"), "chart-bar"),
    "team": Group(_("Team"), "users-group", folded=True),
}
