"""One file per object of the catalogue; importing this package registers them."""

from __future__ import annotations

from zhike.domain.catalog.objects import category, price_book, product

__all__ = ["category", "price_book", "product"]
