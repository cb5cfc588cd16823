"""The Django app of data quality."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    """Registers the fields and the recurring work once the models are there."""

    name = "zhike.domain.quality"
    label = "quality"
    verbose_name = _("Data quality")

    def ready(self) -> None:
        for module in ("bounced", "bounced_elsewhere", "fields", "cleaning", "field_holders", "following", "snapshots"):
            import_module(f"zhike.domain.quality.{module}")
