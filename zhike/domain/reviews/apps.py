"""The Django app of archive review."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """Registers policies, cycles and reviews, their fields on customers, and the recurring work."""

    name = "zhike.domain.reviews"
    label = "reviews"
    verbose_name = _("Archive review")

    def ready(self) -> None:
        for part in ("objects", "objects.actions", "fields", "following", "jobs", "work"):
            import_module(f"zhike.domain.reviews.{part}")
