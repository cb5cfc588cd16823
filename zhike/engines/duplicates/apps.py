"""Duplicates as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuplicatesConfig(AppConfig):
    """Keeps the blocking keys in step with every write, and knows how to compare a whole base."""

    name = "zhike.engines.duplicates"
    label = "duplicates"
    verbose_name = _("Duplicates")

    def ready(self) -> None:
        # These import models, which exist only now.
        import_module("zhike.engines.duplicates.listening")
        import_module("zhike.engines.duplicates.building")
        import_module("zhike.engines.duplicates.scanning")
        import_module("zhike.engines.duplicates.conflicts")
