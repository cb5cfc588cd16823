"""The Django app of files."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Files are a source of every timeline."""

    name = "zhike.engines.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        import_module("zhike.engines.files.file_source")
        import_module("zhike.engines.files.claims")
