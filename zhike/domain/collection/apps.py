"""The Django app of collection."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    """Registers web forms, what arrives by them, proposed changes, and the notices about both."""

    name = "zhike.domain.collection"
    label = "collection"
    verbose_name = _("Collection")

    def ready(self) -> None:
        for part in ("objects", "objects.proposal_actions", "notices"):
            import_module(f"zhike.domain.collection.{part}")
