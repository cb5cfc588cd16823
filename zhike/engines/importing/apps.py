"""The import engine as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """Imports and their job."""

    name = "zhike.engines.importing"
    label = "importing"

    def ready(self) -> None:
        import_module("zhike.engines.importing.job")
