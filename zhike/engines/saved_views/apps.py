"""Saved views as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    """Holds the table of saved views."""

    name = "zhike.engines.saved_views"
    label = "saved_views"
