"""The REST interface as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Endpoints for every registered object, and the memory of answered requests."""

    name = "zhike.api"
    label = "api"

    def ready(self) -> None:
        import_module("zhike.api.idempotency")
