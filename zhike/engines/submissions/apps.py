"""The Django app of form submissions."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    """Keys of forms that were carried out, for a day."""

    name = "zhike.engines.submissions"
    label = "submissions"
    verbose_name = _("Form submissions")
