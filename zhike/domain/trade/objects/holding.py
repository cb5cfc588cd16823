"""The holding as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.trade.models import Holding
from zhike.domain.trade.preparation import holdings_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

HOLDING = registry.add(
    object_type(
        Holding,
        icon="wallet",
        group="sales",
        order=95,
        title="name",
        subtitle=("customer", "kind"),
        columns=("name", "customer", "kind", "balance", "since", "until", "updated_at"),
        filters=("kind", "customer", "until", "balance", "owner"),
        search=("name", "external_id"),
        quick=("customer", "name", "kind", "balance"),
        form=(
            Section(_("Holding"), ("customer", "name", "kind", "balance", "since", "until")),
            Section(_("Where it comes from"), ("source", "external_id", "owner", "note")),
        ),
        import_keys=("external_id", "name"),
        scope_from="customer",
        prepare=holdings_prepare,
    )
)
