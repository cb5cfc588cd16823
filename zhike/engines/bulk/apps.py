"""Bulk work as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """Registers the jobs of bulk work and of taking it back."""

    name = "zhike.engines.bulk"
    label = "bulk"

    def ready(self) -> None:
        # These import models, which exist only now.
        import_module("zhike.engines.bulk.jobs")
        import_module("zhike.engines.bulk.written")
