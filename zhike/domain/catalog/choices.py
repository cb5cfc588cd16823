"""Choices of the catalogue."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class ProductKind(models.TextChoices):
    """What is sold: a thing, work, or several products at one price."""

    GOODS = "goods", pgettext_lazy("product", "goods")
    SERVICE = "service", pgettext_lazy("product", "service")
    BUNDLE = "bundle", pgettext_lazy("product", "bundle")
