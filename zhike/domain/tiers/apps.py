"""The Django app of value tiers."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TiersConfig(AppConfig):
    """Registers the fields, the action and the recurring work once the models are there."""

    name = "zhike.domain.tiers"
    label = "tiers"
    verbose_name = _("Value tiers")

    def ready(self) -> None:
        for module in ("fields", "following", "overrides"):
            import_module(f"zhike.domain.tiers.{module}")
