"""The Django app of leads."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    """Registers leads with their rules, and what follows the change log."""

    name = "zhike.domain.leads"
    label = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        import_module("zhike.domain.leads.objects")
        import_module("zhike.domain.leads.following")
