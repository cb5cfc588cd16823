"""The words that deals are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class DealState(models.TextChoices):
    OPEN = "open", pgettext_lazy("deal", "open")
    WON = "won", pgettext_lazy("deal", "won")
    LOST = "lost", pgettext_lazy("deal", "lost")


class ForecastCategory(models.TextChoices):
    """How sure the salesperson is; what is omitted stays out of every forecast."""

    PIPELINE = "pipeline", pgettext_lazy("forecast", "pipeline")
    BEST_CASE = "best_case", pgettext_lazy("forecast", "best case")
    COMMIT = "commit", pgettext_lazy("forecast", "commit")
    OMITTED = "omitted", pgettext_lazy("forecast", "left out")


class Intention(models.TextChoices):
    """How much the customer wants to buy, by what they said and did."""

    HIGH = "high", pgettext_lazy("intention", "high")
    MIDDLE = "middle", pgettext_lazy("intention", "middle")
    LOW = "low", pgettext_lazy("intention", "low")


class WinReason(models.TextChoices):
    PRODUCT = "product", _("the product fits best")
    PRICE = "price", _("the price")
    RELATION = "relation", _("the relation with the customer")
    SERVICE = "service", _("service and delivery")
    BRAND = "brand", _("name and references")
    OTHER = "other", pgettext_lazy("reason", "another one")


class LossReason(models.TextChoices):
    PRICE = "price", _("too expensive")
    COMPETITOR = "competitor", _("a competitor was better")
    PRODUCT = "product", _("the product does not fit")
    BUDGET = "budget", _("no budget")
    NO_DECISION = "no_decision", _("nothing was decided")
    RELATION = "relation", _("no way to who decides")
    SERVICE = "service", _("delivery or service")
    OTHER = "other", pgettext_lazy("reason", "another one")


STATE_TONES = {"open": "blue", "won": "green", "lost": "red"}
FORECAST_TONES = {"pipeline": "grey", "best_case": "blue", "commit": "green", "omitted": "grey"}
INTENTION_TONES = {"high": "green", "middle": "blue", "low": "grey"}
