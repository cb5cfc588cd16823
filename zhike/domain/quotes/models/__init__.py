"""Tables of quotes, one subject a module."""

from __future__ import annotations

from zhike.domain.quotes.models.limit import DiscountLimit
from zhike.domain.quotes.models.link import QuoteLink
from zhike.domain.quotes.models.quote import Quote, QuoteLine
from zhike.domain.quotes.models.seller import Seller

__all__ = ["DiscountLimit", "Quote", "QuoteLine", "QuoteLink", "Seller"]
