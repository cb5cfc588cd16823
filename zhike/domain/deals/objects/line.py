"""The line of an opportunity as an object type; it is written with its opportunity."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.lines import lines_prepare
from zhike.domain.deals.models import OpportunityLine
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

COLUMNS = ("product", "name", "quantity", "unit", "unit_price", "discount_percent", "amount")

OPPORTUNITY_LINE = registry.add(
    object_type(
        OpportunityLine,
        key="opportunity_line",
        slug="opportunity-lines",
        icon="list-details",
        title="name",
        subtitle=("opportunity", "amount"),
        columns=("name", "opportunity", "product", "quantity", "unit", "unit_price", "discount_percent", "amount"),
        filters=("opportunity", "product", "amount"),
        search=("name",),
        form=(Section(_("Opportunity line"), ("opportunity", *COLUMNS)),),
        scope_from="opportunity",
        prepare=lines_prepare,
        is_line=True,
        creatable=False,
        permissions=("view", "export"),
        has_comments=False,
        customisable=False,
    )
)
