"""Price books, their prices and the parts of bundles as object types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.models import BundlePart, PriceBook, PriceBookEntry
from zhike.domain.catalog.price_rules import entries_prepare, parts_prepare, price_books_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Child, Panel, Section
from zhike.metadata.registry import object_type

PRICE_BOOK = registry.add(
    object_type(
        PriceBook,
        key="price_book",
        slug="price_books",
        exclude=("owner", "department"),
        icon="book-2",
        group="sales",
        order=82,
        title="name",
        subtitle=("tier", "valid_from"),
        columns=("name", "tier", "valid_from", "valid_until", "updated_at"),
        filters=("tier", "valid_from", "valid_until"),
        search=("name",),
        quick=("name", "tier", "valid_from", "valid_until"),
        form=(Section(_("Price book"), ("name", "tier", "valid_from", "valid_until")),),
        panels=(Panel("price_book_entry", "book", ("name", "from_quantity", "unit_price"), limit=20),),
        children=(Child("price_book_entry", "book"),),
        default_sort="-valid_from",
        import_keys=("name",),
        prepare=price_books_prepare,
    )
)
PRICE_BOOK_ENTRY = registry.add(
    object_type(
        PriceBookEntry,
        key="price_book_entry",
        slug="price_book_entries",
        exclude=("owner", "department"),
        icon="currency-yuan",
        title="name",
        subtitle=("from_quantity", "unit_price"),
        columns=("name", "product", "book", "from_quantity", "unit_price", "updated_at"),
        filters=("book", "product", "from_quantity"),
        search=("name",),
        quick=("book", "product", "from_quantity", "unit_price"),
        form=(Section(_("Price"), ("book", "product", "name", "from_quantity", "unit_price")),),
        prepare=entries_prepare,
    )
)
BUNDLE_PART = registry.add(
    object_type(
        BundlePart,
        key="bundle_part",
        slug="bundle_parts",
        exclude=("owner", "department"),
        icon="box",
        title="name",
        subtitle=("bundle", "quantity"),
        columns=("name", "part", "bundle", "quantity", "updated_at"),
        filters=("bundle", "part"),
        search=("name",),
        quick=("bundle", "part", "quantity"),
        form=(Section(_("Bundle part"), ("bundle", "part", "name", "quantity")),),
        prepare=parts_prepare,
    )
)
