"""One file per object of money; importing this package registers them."""

from __future__ import annotations

from zhike.domain.money.objects import invoice, ledger, policy, receipt

__all__ = ["invoice", "ledger", "policy", "receipt"]
