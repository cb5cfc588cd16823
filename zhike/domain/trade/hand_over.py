"""Who entered a transaction stays who entered it."""

from __future__ import annotations

from zhike.engines.hand_over import parts

parts.leave_out("transaction")
