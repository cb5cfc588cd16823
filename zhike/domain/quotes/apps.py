"""The Django app of quotes."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuotesConfig(AppConfig):
    """Registers the object types, actions and notices once the models are there."""

    name = "zhike.domain.quotes"
    label = "quotes"
    verbose_name = _("Quotes")

    def ready(self) -> None:
        for part in ("objects", "jobs"):
            import_module(f"zhike.domain.quotes.{part}")
