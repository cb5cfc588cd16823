"""The export engine as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ExportingConfig(AppConfig):
    """Exports and their job."""

    name = "zhike.engines.exporting"
    label = "exporting"

    def ready(self) -> None:
        import_module("zhike.engines.exporting.job")
