"""The Django app of orders."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Registers orders, deliveries and returns, and what follows from writing them."""

    name = "zhike.domain.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        for part in ("objects", "objects.actions", "figures", "following", "hand_over"):
            import_module(f"zhike.domain.orders.{part}")
