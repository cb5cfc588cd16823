"""One file per object of quotes; importing this package registers them."""

from __future__ import annotations

from zhike.domain.quotes.objects import quote, setting

__all__ = ["quote", "setting"]
