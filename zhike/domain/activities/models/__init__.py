"""Tables of interactions and tasks, one object a module."""

from __future__ import annotations

from zhike.domain.activities.models.interaction import Interaction
from zhike.domain.activities.models.task import Task

__all__ = ["Interaction", "Task"]
