"""Search as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Listens to every write, reads the change log for large ones, and rebuilds what no longer fits."""

    name = "zhike.engines.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        # These import models, which exist only now.
        import_module("zhike.engines.search.listening")
        import_module("zhike.engines.search.rebuilding")
