"""The product category as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.models import ProductCategory
from zhike.domain.catalog.preparation import categories_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Panel, Section
from zhike.metadata.registry import object_type

PRODUCT_CATEGORY = registry.add(
    object_type(
        ProductCategory,
        key="product_category",
        slug="product_categories",
        exclude=("owner", "department"),
        icon="sitemap",
        group="sales",
        order=81,
        title="name",
        subtitle=("parent", "code"),
        columns=("name", "parent", "code", "position", "updated_at"),
        filters=("parent",),
        search=("name", "code"),
        quick=("name", "parent"),
        form=(Section(_("Product category"), ("name", "parent", "code", "position")),),
        panels=(
            Panel("product", "category", ("code", "list_price")),
            Panel("product_category", "parent", ("code",), label=_("Categories below")),
        ),
        default_sort="name",
        import_keys=("code", "name"),
        prepare=categories_prepare,
    )
)
