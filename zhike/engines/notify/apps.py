"""The Django app of notifications."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    """Delivers notices and hears of records that change hands."""

    name = "zhike.engines.notify"
    label = "notify"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        import_module("zhike.engines.notify.delivery")
        import_module("zhike.engines.notify.hand_over")
        import_module("zhike.engines.notify.by_mail")
