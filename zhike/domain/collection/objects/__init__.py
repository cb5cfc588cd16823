"""Object types of collection."""

from __future__ import annotations

from zhike.domain.collection.objects import proposal, submission, web_form

__all__ = ["proposal", "submission", "web_form"]
