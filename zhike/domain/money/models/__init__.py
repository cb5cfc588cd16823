"""Tables of money, one subject a module."""

from __future__ import annotations

from zhike.domain.money.models.credit_policy import CreditPolicy
from zhike.domain.money.models.dunning import Dunning
from zhike.domain.money.models.instalment import Balance, Instalment
from zhike.domain.money.models.invoice import Invoice
from zhike.domain.money.models.ledger import LedgerEntry
from zhike.domain.money.models.receipt import Receipt, Refund, WriteOff

__all__ = [
    "Balance",
    "CreditPolicy",
    "Dunning",
    "Instalment",
    "Invoice",
    "LedgerEntry",
    "Receipt",
    "Refund",
    "WriteOff",
]
