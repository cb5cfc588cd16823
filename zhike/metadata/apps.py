"""The kernel as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class MetadataConfig(AppConfig):
    """Tables of descriptors, rights, changes and deletions."""

    name = "zhike.metadata"
    label = "metadata"

    def ready(self) -> None:
        import_module("zhike.metadata.sealing")
