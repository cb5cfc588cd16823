"""Who wrote down papers of money stays who wrote them."""

from __future__ import annotations

from zhike.engines.hand_over import parts

parts.leave_out("instalment", "receipt", "refund", "write_off", "invoice", "ledger_entry", "credit_policy")
