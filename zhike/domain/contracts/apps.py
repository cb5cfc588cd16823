"""The Django app of contracts."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """Registers contracts and their obligations, and what follows from writing them."""

    name = "zhike.domain.contracts"
    label = "contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        for part in ("objects", "objects.actions", "following", "jobs"):
            import_module(f"zhike.domain.contracts.{part}")
