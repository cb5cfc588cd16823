"""The product as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.models import Product
from zhike.domain.catalog.preparation import products_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Panel, Section
from zhike.metadata.registry import object_type

PRODUCT = registry.add(
    object_type(
        Product,
        exclude=("owner", "department"),
        icon="package",
        group="sales",
        order=80,
        title="name",
        subtitle=("code", "specification", "list_price"),
        columns=("name", "code", "category", "kind", "unit", "list_price", "tax_rate", "cost", "is_active"),
        filters=("category", "kind", "is_active", "list_price", "tax_rate"),
        search=("name", "code", "specification", "barcode"),
        quick=("code", "name", "unit", "list_price"),
        form=(
            Section(_("Product"), ("code", "name", "category", "kind", "specification", "unit", "is_active")),
            Section(_("Price"), ("list_price", "tax_rate", "cost")),
            Section(_("More"), ("barcode", "description"), folded=True),
        ),
        panels=(
            Panel("bundle_part", "bundle", ("name", "quantity"), is_more=True),
            Panel("price_book_entry", "product", ("book", "from_quantity", "unit_price"), is_more=True),
        ),
        children=(Child("bundle_part", "bundle"),),
        figures=("list_price", "tax_rate", "cost"),
        default_sort="name",
        import_keys=("code", "barcode", "name"),
        prepare=products_prepare,
    )
)
