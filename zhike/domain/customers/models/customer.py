"""Customers: firms and persons that the branch looks after."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import CompanySize, CustomerKind, Gender, Industry, Risk, Source, Stage, Tier
from zhike.metadata.fields.columns import (
    AddressField,
    BirthdayField,
    ChoiceField,
    EmailsField,
    LongTextField,
    MoneyField,
    PhonesField,
    ReadingField,
    UrlField,
)
from zhike.metadata.indexes import bin_index, board_indexes, list_indexes
from zhike.metadata.models import Record

TIER_TONES = {"high": "purple", "middle": "blue"}
STAGE_TONES = {"new": "blue", "active": "green", "silent": "amber", "lost": "red"}
RISK_TONES = {"watch": "amber", "high": "red"}


class Customer(Record):
    """A firm or a person; which of the fields make sense follows from ``kind``."""

    kind = ChoiceField(_("kind"), choices=CustomerKind, default=CustomerKind.COMPANY)
    name = models.CharField(_("name"), max_length=120)
    name_reading = ReadingField()
    code = models.CharField(_("customer number"), max_length=40, unique=True, null=True, blank=True)
    tier = ChoiceField(_("tier"), choices=Tier, tones=TIER_TONES, null=True, blank=True)
    stage = ChoiceField(_("stage"), choices=Stage, tones=STAGE_TONES, default=Stage.POTENTIAL)
    risk = ChoiceField(_("risk"), choices=Risk, tones=RISK_TONES, default=Risk.NONE)
    source = ChoiceField(_("source"), choices=Source, null=True, blank=True)

    legal_name = models.CharField(_("legal name"), max_length=160, null=True, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, unique=True, null=True, blank=True)
    industry = ChoiceField(_("industry"), choices=Industry, null=True, blank=True)
    size = ChoiceField(_("size"), choices=CompanySize, null=True, blank=True)
    annual_revenue = MoneyField(_("annual revenue"), null=True, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=60, null=True, blank=True)
    founded_year = models.PositiveSmallIntegerField(_("year of founding"), null=True, blank=True)

    gender = ChoiceField(_("gender"), choices=Gender, null=True, blank=True)
    birthday = BirthdayField(_("birthday"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    occupation = models.CharField(_("occupation"), max_length=80, null=True, blank=True)

    phones = PhonesField(_("phones"))
    emails = EmailsField(_("e-mails"))
    wechat = models.CharField(_("WeChat"), max_length=60, null=True, blank=True)
    website = UrlField(_("website"), null=True, blank=True)
    address = AddressField(_("address"))
    home_address = AddressField(_("home address"))

    needs = LongTextField(_("needs"), null=True, blank=True)
    preferences = LongTextField(_("preferences"), null=True, blank=True)
    product_preferences = LongTextField(_("product preferences"), null=True, blank=True)
    habits = LongTextField(_("habits and taboos"), null=True, blank=True)
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True)
    cooperation_since = models.DateField(_("customer since"), null=True, blank=True)
    tags = models.ManyToManyField("customers.Tag", verbose_name=_("tags"), blank=True, related_name="+")
    note = LongTextField(_("note"), null=True, blank=True)

    #: Set while the customer lies in a public pool, and then nobody owns it.
    pool = models.ForeignKey(
        "pools.Pool",
        models.PROTECT,
        verbose_name=_("public pool"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    #: Since when it is with its present owner, or with nobody.
    custody_since = models.DateTimeField(_("with them since"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            bin_index("customer"),
            *list_indexes("customer", "-updated_at", by_owner=True),
            # Looked up by name; lists go by its reading.
            *list_indexes("customer", "name", by_department=False),
            *list_indexes("customer", "name_reading", by_owner=True),
            *board_indexes("customer", "stage"),
            models.Index(
                fields=("pool", "-custody_since", "-id"),
                condition=models.Q(pool__isnull=False, deletion__isnull=True),
                name="customer_in_pool",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pool__isnull=True) | models.Q(owner__isnull=True),
                name="customer_in_pool_has_no_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(founded_year__isnull=True) | models.Q(founded_year__range=(1000, 2200)),
                name="customer_founded_year_plausible",
            ),
            models.CheckConstraint(
                condition=models.Q(birth_year__isnull=True) | models.Q(birth_year__range=(1850, 2200)),
                name="customer_birth_year_plausible",
            ),
            models.CheckConstraint(
                condition=models.Q(credit_limit__isnull=True) | models.Q(credit_limit__gte=0),
                name="customer_credit_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name
