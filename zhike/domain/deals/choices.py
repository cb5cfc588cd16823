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


class StakeholderRole(models.TextChoices):
    DECIDER = "decider", pgettext_lazy("stakeholder", "decides")
    APPROVER = "approver", pgettext_lazy("stakeholder", "approves")
    INFLUENCER = "influencer", pgettext_lazy("stakeholder", "influences")
    USER = "user", pgettext_lazy("stakeholder", "uses it")
    BUYER = "buyer", pgettext_lazy("stakeholder", "buys")
    CHAMPION = "champion", pgettext_lazy("stakeholder", "speaks for us")


class Attitude(models.TextChoices):
    FOR = "for", pgettext_lazy("attitude", "for us")
    NEUTRAL = "neutral", pgettext_lazy("attitude", "neutral")
    AGAINST = "against", pgettext_lazy("attitude", "against us")


class MaterialKind(models.TextChoices):
    PROPOSAL = "proposal", pgettext_lazy("material", "proposal")
    PRICE_LIST = "price_list", pgettext_lazy("material", "price list")
    SAMPLE = "sample", pgettext_lazy("material", "sample")
    BROCHURE = "brochure", pgettext_lazy("material", "brochure")
    DRAFT = "draft", pgettext_lazy("material", "draft contract")
    OTHER = "other", pgettext_lazy("material", "another one")


class MaterialWay(models.TextChoices):
    WECHAT = "wechat", pgettext_lazy("way", "WeChat")
    MAIL = "mail", pgettext_lazy("way", "e-mail")
    POST = "post", pgettext_lazy("way", "post")
    VISIT = "visit", pgettext_lazy("way", "on a visit")


class Side(models.TextChoices):
    """Who named a price."""

    OURS = "ours", pgettext_lazy("negotiation", "we offered")
    THEIRS = "theirs", pgettext_lazy("negotiation", "they asked for")


ATTITUDE_TONES = {"for": "green", "neutral": "grey", "against": "red"}
SIDE_TONES = {"ours": "blue", "theirs": "amber"}
STATE_TONES = {"open": "blue", "won": "green", "lost": "red"}
FORECAST_TONES = {"pipeline": "grey", "best_case": "blue", "commit": "green", "omitted": "grey"}
INTENTION_TONES = {"high": "green", "middle": "blue", "low": "grey"}
