"""The Django app of mail."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Registers the job that sends and what speaks against sending."""

    name = "zhike.engines.mail"
    label = "mail"
    verbose_name = _("E-mail")

    def ready(self) -> None:
        import_module("zhike.engines.mail.jobs")
        import_module("zhike.engines.mail.checks")
