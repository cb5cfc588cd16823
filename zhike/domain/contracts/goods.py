"""The table of goods on a contract's paper: the lines of its order, or of its quote while there is no order."""

from __future__ import annotations

from typing import Any

from zhike.domain.contracts.models import Contract
from zhike.domain.orders.models import OrderLine
from zhike.domain.quotes.models import QuoteLine
from zhike.domain.quotes.services.paper import plain
from zhike.lib.money import format_amount


def goods_of(contract: Contract) -> list[list[str]]:
    """Name, quantity, unit, unit price and amount with tax of each line, as texts; nothing where no paper names goods."""
    if contract.order_id is not None:
        rows: Any = OrderLine.objects.filter(order=contract.order_id, deletion=None).select_related("product")
        return [
            _row(row.item, row.quantity, row.product.unit if row.product else "", row.unit_price, row.amount)
            for row in rows.order_by("position", "pk")
        ]
    rows = QuoteLine.objects.filter(quote=contract.quote_id or 0, deletion=None).order_by("position", "pk")
    return [_row(row.name, row.quantity, row.unit, row.unit_price, row.gross) for row in rows]


def _row(name: str, quantity: Any, unit: str | None, price: Any, amount: int) -> list[str]:
    return [name, plain(quantity), unit or "", plain(price, least=2), format_amount(amount, symbol=False)]
