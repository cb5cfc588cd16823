"""The Django app of changes of kind."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KindChangesConfig(AppConfig):
    """Registers the jobs."""

    name = "zhike.engines.kind_changes"
    label = "kind_changes"
    verbose_name = _("Changes of kind")

    def ready(self) -> None:
        import_module("zhike.engines.kind_changes.jobs")
