"""The Django app of approvals."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Registers the object type, its actions, the lock of records, and what waits for the reader on the work page."""

    name = "zhike.engines.approvals"
    label = "approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        for part in ("object", "general", "locking", "work", "hand_over"):
            import_module(f"zhike.engines.approvals.{part}")
