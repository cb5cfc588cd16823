"""One file per object of deals; importing this package registers them."""

from __future__ import annotations

from zhike.domain.deals.objects import actions, line, move, opportunity, process, selling

__all__ = ["actions", "line", "move", "opportunity", "process", "selling"]
