"""Figures as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    """Reads the change log and computes every night."""

    name = "zhike.engines.figures"
    label = "figures"
    verbose_name = _("Figures")

    def ready(self) -> None:
        # It imports models, which exist only now.
        import_module("zhike.engines.figures.following")
        import_module("zhike.engines.figures.rollup_kind")
