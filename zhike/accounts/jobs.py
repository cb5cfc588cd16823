"""Housekeeping of accounts, at night."""

from __future__ import annotations

from zhike.accounts.sessions import SessionStore
from zhike.jobs.scheduler import scheduled


@scheduled("accounts.sign_ins", daily_at="03:10")
def forget_old_sign_ins() -> None:
    """Drop sign-ins that are older than their log is kept."""
    SessionStore.clear_expired()
