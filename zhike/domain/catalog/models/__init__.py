"""Tables of the catalogue, one subject a module."""

from __future__ import annotations

from zhike.domain.catalog.models.category import ProductCategory
from zhike.domain.catalog.models.price_book import BundlePart, PriceBook, PriceBookEntry
from zhike.domain.catalog.models.product import Product

__all__ = ["BundlePart", "PriceBook", "PriceBookEntry", "Product", "ProductCategory"]
