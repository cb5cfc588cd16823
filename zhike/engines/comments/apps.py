"""The Django app of comments."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    """Comments are a source of every timeline."""

    name = "zhike.engines.comments"
    label = "comments"
    verbose_name = _("Comments")

    def ready(self) -> None:
        import_module("zhike.engines.comments.comment_source")
