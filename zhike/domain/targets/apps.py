"""The Django app of targets."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TargetsConfig(AppConfig):
    """Registers targets, and what follows the change log."""

    name = "zhike.domain.targets"
    label = "targets"
    verbose_name = _("Targets")

    def ready(self) -> None:
        for module in ("objects", "following", "outlook"):
            import_module(f"zhike.domain.targets.{module}")
