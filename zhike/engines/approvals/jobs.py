"""Recurring work of the approvals."""

from __future__ import annotations

from zhike.engines.approvals.timing import approvals_mend, approvals_time_out
from zhike.jobs.scheduler import scheduled


@scheduled("approvals.time_out", every=60)
def time_out() -> None:
    """Look once a minute for steps whose time is up."""
    approvals_time_out()


@scheduled("approvals.mend", every=300)
def mend() -> None:
    """Look every five minutes for people who went away while something waits for them."""
    approvals_mend()
