"""The Django app of verification."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Adds the fields that filters ask by, and follows every write."""

    name = "zhike.engines.verification"
    label = "verification"
    verbose_name = _("Verification")

    def ready(self) -> None:
        for module in ("fields", "following", "searching", "travelling"):
            import_module(f"zhike.engines.verification.{module}")
