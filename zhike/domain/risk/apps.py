"""The Django app of risk customers."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    """Registers the objects, the method of grading and the recurring work once the models are there."""

    name = "zhike.domain.risk"
    label = "risk"
    verbose_name = _("Risk customers")

    def ready(self) -> None:
        for module in ("objects", "method", "levels", "holds", "anomalies", "attention", "reporting"):
            import_module(f"zhike.domain.risk.{module}")
