"""People, departments and their sessions as a Django application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Registers the object types of people and departments and keeps the shipped roles present."""

    name = "zhike.accounts"
    label = "accounts"

    def ready(self) -> None:
        # These import models, which exist only now.
        import_module("zhike.accounts.objects")
        import_module("zhike.accounts.guards")
        roles = import_module("zhike.accounts.shipped_roles")
        post_migrate.connect(roles.add_missing_roles, sender=self, dispatch_uid="accounts.shipped_roles")
