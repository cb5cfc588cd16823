"""The Django app of deals."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    """Registers the objects of deals, their fields and what follows a move; keeps the shipped pipeline present."""

    name = "zhike.domain.deals"
    label = "deals"
    verbose_name = _("Deals")

    def ready(self) -> None:
        for module in ("objects", "fields", "history", "entering", "following"):
            import_module(f"zhike.domain.deals.{module}")
        template = import_module("zhike.domain.deals.template")
        post_migrate.connect(template.bring_pipeline, sender=self, dispatch_uid="deals.pipeline")
