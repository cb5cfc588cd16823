"""Pools: which customers come here, who takes them, and by which rules they come back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField, FilterField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class PoolMode(models.TextChoices):
    CLAIM = "claim", pgettext_lazy("pool", "members claim")
    ASSIGN = "assign", pgettext_lazy("pool", "managers assign")
    BOTH = "both", pgettext_lazy("pool", "both")


class Pool(Record):
    """A pool; working days are those of the business calendar, empty limits do not limit."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(
        _("rank"), default=100, help_text=_("The first pool whose filter fits takes a customer.")
    )
    filter = FilterField(
        _("which customers"), over="customer", help_text=_("By region, product line or anything else; empty takes all.")
    )
    managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("managers"), blank=True, related_name="+"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("members"), blank=True, related_name="+")
    departments = models.ManyToManyField(
        "accounts.Department", verbose_name=_("departments"), blank=True, related_name="+"
    )
    mode = ChoiceField(_("how customers are given out"), choices=PoolMode, default=PoolMode.BOTH)
    claims_per_day = models.PositiveSmallIntegerField(_("claims per person and day"), null=True, blank=True)
    most_held = models.PositiveIntegerField(_("most customers per person"), null=True, blank=True)
    won_exempt = models.BooleanField(
        _("won customers do not count"), default=True, help_text=_("Customers with a deal are left out of the limit.")
    )
    cooldown_days = models.PositiveSmallIntegerField(
        _("days before claiming again"),
        default=0,
        help_text=_("Whoever returned or lost a customer waits this many days before claiming it again."),
    )
    protection_days = models.PositiveSmallIntegerField(
        _("protected working days"), default=0, help_text=_("So long nobody loses a customer whom they have just got.")
    )
    idle_days = models.PositiveSmallIntegerField(
        _("recalled without follow-up after working days"), null=True, blank=True
    )
    deal_days = models.PositiveSmallIntegerField(_("recalled without deal after working days"), null=True, blank=True)
    warn_days = models.PositiveSmallIntegerField(_("warned working days before"), default=3)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("public pool")
        verbose_name_plural = _("public pools")
        indexes = [bin_index("pool"), *list_indexes("pool", "order", by_department=False)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idle_days__isnull=True) | models.Q(idle_days__gte=1), name="pool_idle_days_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(deal_days__isnull=True) | models.Q(deal_days__gte=1), name="pool_deal_days_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name
