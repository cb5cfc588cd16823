"""The words that customers and their contacts are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class CustomerKind(models.TextChoices):
    COMPANY = "company", pgettext_lazy("kind of customer", "company")
    PERSON = "person", pgettext_lazy("kind of customer", "person")


class Gender(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class Industry(models.TextChoices):
    MANUFACTURING = "manufacturing", _("manufacturing")
    WHOLESALE_RETAIL = "wholesale_retail", _("wholesale and retail")
    IT = "it", _("information technology")
    EDUCATION = "education", _("education")
    HEALTHCARE = "healthcare", _("healthcare")
    FINANCE = "finance", _("finance")
    CONSTRUCTION = "construction", _("construction")
    LOGISTICS = "logistics", _("logistics")
    GOVERNMENT = "government", _("government")
    HOSPITALITY = "hospitality", _("hotels and catering")
    REAL_ESTATE = "real_estate", _("real estate")
    CULTURE = "culture", _("culture and media")
    AGRICULTURE = "agriculture", _("agriculture")
    ENERGY = "energy", _("energy and chemicals")
    PROFESSIONAL = "professional", _("professional services")
    OTHER = "other", pgettext_lazy("industry", "other")


class CompanySize(models.TextChoices):
    MICRO = "micro", _("under 10 people")
    SMALL = "small", _("10–99 people")
    MEDIUM = "medium", _("100–499 people")
    LARGE = "large", _("500 people and more")


class Source(models.TextChoices):
    REFERRAL = "referral", _("recommended by a customer")
    EXHIBITION = "exhibition", _("trade fair")
    WEBSITE = "website", _("website")
    PHONE = "phone", _("rang us")
    COLD_CALL = "cold_call", _("first visit by us")
    ADVERTISING = "advertising", _("advertising")
    WECHAT = "wechat", _("WeChat")
    PARTNER = "partner", _("partner")
    STORE = "store", _("walk-in")
    TENDER = "tender", _("tender")
    CARD = "card", _("business card")
    OTHER = "other", pgettext_lazy("source", "other")


class Tier(models.TextChoices):
    """Value of the customer for the firm."""

    HIGH = "high", pgettext_lazy("tier", "high")
    MIDDLE = "middle", pgettext_lazy("tier", "middle")
    LOW = "low", pgettext_lazy("tier", "low")


class Stage(models.TextChoices):
    """Where the customer stands in the course of the relationship."""

    POTENTIAL = "potential", pgettext_lazy("stage", "potential")
    NEW = "new", pgettext_lazy("stage", "new")
    ACTIVE = "active", pgettext_lazy("stage", "active")
    SILENT = "silent", pgettext_lazy("stage", "silent")
    LOST = "lost", pgettext_lazy("stage", "lost")


class Risk(models.TextChoices):
    NONE = "none", pgettext_lazy("risk", "none")
    WATCH = "watch", pgettext_lazy("risk", "watch")
    HIGH = "high", pgettext_lazy("risk", "high")


class ContactRole(models.TextChoices):
    """Part that a contact plays in the customer's decisions."""

    DECISION_MAKER = "decision_maker", _("decision maker")
    INFLUENCER = "influencer", _("influencer")
    USER = "user", pgettext_lazy("contact role", "user")
    GATEKEEPER = "gatekeeper", _("gatekeeper")


class Strength(models.TextChoices):
    """How well we know a contact."""

    WEAK = "weak", pgettext_lazy("strength", "weak")
    NORMAL = "normal", pgettext_lazy("strength", "normal")
    GOOD = "good", pgettext_lazy("strength", "good")
    STRONG = "strong", pgettext_lazy("strength", "strong")


class RelationKind(models.TextChoices):
    """What ``other`` is to ``customer``."""

    PARENT = "parent", _("parent company")
    PARTNER = "partner", _("partner")
    COMPETITOR = "competitor", _("competitor")
    FAMILY = "family", _("family")
    REFERRER = "referrer", _("referrer")


class TagColor(models.TextChoices):
    """Those that the style sheet has a soft tint for."""

    GREY = "grey", _("grey")
    BLUE = "blue", _("blue")
    TEAL = "teal", _("teal")
    GREEN = "green", _("green")
    AMBER = "amber", _("amber")
    ORANGE = "orange", _("orange")
    RED = "red", _("red")
    PINK = "pink", _("pink")
    PURPLE = "purple", _("purple")
    INDIGO = "indigo", _("indigo")


class GroupKind(models.TextChoices):
    STATIC = "static", _("chosen one by one")
    LIVE = "live", _("by a filter")


class AddressEntryKind(models.TextChoices):
    FAMILY = "family", pgettext_lazy("address book", "family")
    FRIEND = "friend", _("friend")
    OTHER = "other", pgettext_lazy("address book", "other")
