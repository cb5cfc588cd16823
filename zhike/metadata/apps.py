"""The kernel as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class MetadataConfig(AppConfig):
    """Tables of descriptors, rights, changes and deletions."""

    name = "zhike.metadata"
    label = "metadata"

    def ready(self) -> None:
        import_module("zhike.metadata.sealing")
        import_module("zhike.metadata.formula.kind")
        connection_created.connect(import_module("zhike.metadata.formula.expression").connected)
        import_module("zhike.metadata.storage.session")
