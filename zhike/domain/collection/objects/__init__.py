"""Object types of collection."""

from __future__ import annotations

from zhike.domain.collection.objects import proposal, script, submission, web_form

__all__ = ["proposal", "script", "submission", "web_form"]
