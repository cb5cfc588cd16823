"""What of activities goes to a successor: tasks that are still open. Who made a contact stays who made it."""

from __future__ import annotations

from zhike.engines.hand_over import parts
from zhike.engines.hand_over.parts import Part

parts.leave_out("interaction")
parts.register(Part("task", filter={"field": "status", "op": "eq", "value": "open"}))
