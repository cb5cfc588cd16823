"""The Django app of hand-overs."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandOverConfig(AppConfig):
    """Registers the jobs, the notice to successors and the action on people."""

    name = "zhike.engines.hand_over"
    label = "hand_over"
    verbose_name = _("Hand-over")

    def ready(self) -> None:
        import_module("zhike.engines.hand_over.jobs")
        import_module("zhike.engines.hand_over.reporting")
        import_module("zhike.engines.hand_over.action")
