"""The Django app of the business calendar."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkingTimeConfig(AppConfig):
    """Registers the firm's own days as an object type."""

    name = "zhike.engines.working_time"
    label = "working_time"
    verbose_name = _("Business calendar")

    def ready(self) -> None:
        import_module("zhike.engines.working_time.calendar_day")
