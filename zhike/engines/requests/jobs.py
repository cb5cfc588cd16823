"""Recurring work of the requests."""

from __future__ import annotations

from zhike.engines.requests.services import requests_expire
from zhike.jobs.scheduler import scheduled


@scheduled("requests.expire", every=60)
def expire_requests() -> None:
    """Look once a minute for requests whose time is up."""
    requests_expire()
