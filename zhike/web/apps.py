"""The web application."""

from __future__ import annotations

from django.apps import AppConfig
from django.templatetags import i18n

from zhike.web.literal_texts import translate


class WebConfig(AppConfig):
    """Pages."""

    name = "zhike.web"

    def ready(self) -> None:
        """Have ``{% translate %}`` look literal texts up once."""
        i18n.register.tag("translate", translate)
