"""The Django app of interactions and tasks."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    """Registers the object types once the models are there."""

    name = "zhike.domain.activities"
    label = "activities"
    verbose_name = _("Activities")

    def ready(self) -> None:
        import_module("zhike.domain.activities.objects")
        import_module("zhike.domain.activities.dialled")
        import_module("zhike.domain.activities.hand_over")
        import_module("zhike.domain.activities.figures")
        import_module("zhike.domain.activities.work")
