"""The Django app of products and prices."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Registers the object types once the models are there."""

    name = "zhike.domain.catalog"
    label = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        import_module("zhike.domain.catalog.objects")
