"""The table of saved views."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A way to look at a list, under a name. It holds no customer data: whoever opens it sees what their rights give."""

    class Shared(models.TextChoices):
        PRIVATE = "private", _("only me")
        DEPARTMENT = "department", _("my department")
        EVERYONE = "everyone", _("everyone")

    object_key = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    shared = models.CharField(_("shared with"), max_length=10, choices=Shared, default=Shared.PRIVATE)
    #: The department that it is shared with, those below included.
    department = models.ForeignKey("accounts.Department", models.SET_NULL, null=True, related_name="+", db_index=False)
    #: See ``Definition``.
    definition: Any = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=100)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("position", "id")
        indexes = [models.Index(fields=("object_key", "position", "id"), name="saved_view_object")]
        constraints = [
            models.UniqueConstraint(fields=("owner", "object_key", "name"), name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
