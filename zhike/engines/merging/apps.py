"""Merging as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MergingConfig(AppConfig):
    """Puts merges on the timeline of the record that stays."""

    name = "zhike.engines.merging"
    label = "merging"
    verbose_name = _("Merging")

    def ready(self) -> None:
        # It imports models, which exist only now.
        import_module("zhike.engines.merging.services")
