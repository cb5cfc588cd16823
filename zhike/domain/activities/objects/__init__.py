"""One file per object of the activities; importing this package registers them."""

from __future__ import annotations

from zhike.domain.activities.objects import interaction, task

__all__ = ["interaction", "task"]
