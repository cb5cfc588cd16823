"""The group of customers as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Group
from zhike.domain.customers.preparation import groups_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

GROUP = registry.add(
    object_type(
        Group,
        icon="folders",
        group="customers",
        order=30,
        title="name",
        subtitle=("parent",),
        columns=("name", "kind", "parent", "shared", "owner", "updated_at"),
        filters=("kind", "parent", "shared", "owner"),
        search=("name",),
        quick=("name", "kind", "parent"),
        form=(Section(_("Group"), ("name", "kind", "parent", "shared", "members", "filter", "owner")),),
        default_sort="name",
        shared_by="shared",
        has_comments=False,
        prepare=groups_prepare,
    )
)
