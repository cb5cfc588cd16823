"""The Django app of transactions and holdings."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradeConfig(AppConfig):
    """Registers the object types and figures once the models are there."""

    name = "zhike.domain.trade"
    label = "trade"
    verbose_name = _("Trade")

    def ready(self) -> None:
        import_module("zhike.domain.trade.objects")
        import_module("zhike.domain.trade.hand_over")
        import_module("zhike.domain.trade.figures")
