"""The tag as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Tag
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

TAG = registry.add(
    object_type(
        Tag,
        icon="tag",
        group="customers",
        order=90,
        title="name",
        columns=("name", "color", "updated_at"),
        filters=("color",),
        search=("name",),
        quick=("name", "color"),
        form=(Section(_("Tag"), ("name", "color")),),
        import_keys=("name",),
        default_sort="name",
        has_comments=False,
    )
)
