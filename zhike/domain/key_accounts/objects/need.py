"""Need classes and the customers in them as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.key_accounts.models import CustomerNeed, NeedClass
from zhike.domain.key_accounts.preparation import needs_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Panel, Section
from zhike.metadata.registry import object_type

NEED_CLASS = registry.add(
    object_type(
        NeedClass,
        key="needclass",
        slug="need_classes",
        icon="hierarchy",
        group="activity",
        order=40,
        title="name",
        columns=("name", "people", "team_edits", "is_active", "updated_at"),
        filters=("is_active", "people"),
        search=("name",),
        form=(Section(_("Need class"), ("name", "is_active", "people", "team_edits", "filter")),),
        panels=(Panel("customer_need", "need", ("customer", "origin", "updated_at")),),
        default_sort="name",
    )
)
CUSTOMER_NEED = registry.add(
    object_type(
        CustomerNeed,
        key="customer_need",
        icon="heart-handshake",
        group="activity",
        order=30,
        title="title",
        subtitle=("customer", "need"),
        columns=("title", "customer", "need", "origin", "updated_at"),
        filters=("need", "origin", "customer", "owner"),
        search=("title",),
        quick=("customer", "need", "title"),
        form=(Section(_("Need"), ("customer", "need", "title", "origin", "owner")),),
        scope_from="customer",
        prepare=needs_prepare,
    )
)
