"""The queue as a Django application; it finds the jobs of the other applications."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Background work. Each application keeps its jobs and schedules in its module ``jobs``."""

    name = "zhike.jobs"
    label = "jobs"

    def ready(self) -> None:
        import_module("zhike.jobs.tidying")
        autodiscover_modules("jobs")
