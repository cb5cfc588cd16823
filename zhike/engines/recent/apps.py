"""The Django app of recently opened records."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecentConfig(AppConfig):
    """A short list for each person."""

    name = "zhike.engines.recent"
    label = "recent"
    verbose_name = _("Recently opened")
