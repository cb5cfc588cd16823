"""The Django app of following."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowingConfig(AppConfig):
    """Followers hear of sealed changes through the change log."""

    name = "zhike.engines.following"
    label = "following"
    verbose_name = _("Following")

    def ready(self) -> None:
        import_module("zhike.engines.following.condition")
        import_module("zhike.engines.following.telling")
