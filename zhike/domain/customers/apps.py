"""The Django app of customers and what belongs to them."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Registers the object types once the models are there."""

    name = "zhike.domain.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        import_module("zhike.domain.customers.objects")
        import_module("zhike.domain.customers.exports")
        import_module("zhike.domain.customers.services.cards")
