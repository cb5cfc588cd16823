"""The web application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.templatetags import i18n

from zhike.web.literal_texts import translate


class WebConfig(AppConfig):
    """Pages."""

    name = "zhike.web"

    def ready(self) -> None:
        """Have ``{% translate %}`` look literal texts up once; register the bands of records' pages."""
        i18n.register.tag("translate", translate)
        # What draws a part of other pages must be there before the first of them is asked for.
        import_module("zhike.web.deals.stages")
