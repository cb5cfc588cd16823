"""The Django app of the public pool."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoolsConfig(AppConfig):
    """Registers pools, the ledger of changes of hands, the countdown and the actions on customers."""

    name = "zhike.domain.pools"
    label = "pools"
    verbose_name = _("Public pool")

    def ready(self) -> None:
        for part in ("objects", "objects.actions", "ledger", "figures", "work"):
            import_module(f"zhike.domain.pools.{part}")
