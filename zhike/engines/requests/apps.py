"""The Django app of requests."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsConfig(AppConfig):
    """Registers the object type, its actions, and what waits for the reader on the work page."""

    name = "zhike.engines.requests"
    label = "requests"
    verbose_name = _("Requests")

    def ready(self) -> None:
        import_module("zhike.engines.requests.object")
        import_module("zhike.engines.requests.work")
        import_module("zhike.engines.requests.hand_over")
