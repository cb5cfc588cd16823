"""The Django app of money."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MoneyConfig(AppConfig):
    """Registers the ledger, its papers, what follows from writing them, and the recurring work."""

    name = "zhike.domain.money"
    label = "money"
    verbose_name = _("Money")

    def ready(self) -> None:
        for part in ("objects", "objects.actions", "figures", "following", "credit", "overdue", "jobs", "hand_over"):
            import_module(f"zhike.domain.money.{part}")
