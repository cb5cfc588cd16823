"""The Django app of key accounts and need classes."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeyAccountsConfig(AppConfig):
    """Registers the objects, actions and recurring work once the models are there."""

    name = "zhike.domain.key_accounts"
    label = "key_accounts"
    verbose_name = _("Key accounts")

    def ready(self) -> None:
        for module in ("objects", "progress", "intelligence", "accounts", "routing"):
            import_module(f"zhike.domain.key_accounts.{module}")
