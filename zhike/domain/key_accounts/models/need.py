"""Need classes, which customers are in them, and the colleagues whom that put on their teams."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.key_accounts.choices import NeedOrigin
from zhike.metadata.fields.columns import ChoiceField, FilterField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class NeedClass(Record):
    """A kind of need (product, technical support, after-sales …) and the people who look after such customers."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    filter = FilterField(_("filter"), over="customer")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("team"), blank=True, related_name="+")
    team_edits = models.BooleanField(_("the team may change the customers"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("need class")
        verbose_name_plural = _("need classes")
        indexes = [bin_index("need_class"), *list_indexes("need_class", "name")]

    def __str__(self) -> str:
        return self.name


class CustomerNeed(Record):
    """A customer in a need class, put there by rule or by hand; what was put by hand no rule takes away."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="need_classes", db_index=False
    )
    need = models.ForeignKey(NeedClass, models.PROTECT, verbose_name=_("need class"), related_name="customers")
    title = models.CharField(_("what is needed"), max_length=160, null=True, blank=True)
    origin = ChoiceField(_("put there"), choices=NeedOrigin, default=NeedOrigin.HAND)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs by class")
        indexes = [bin_index("customer_need"), *list_indexes("customer_need", "-updated_at", by_department=False)]
        constraints = [models.UniqueConstraint(fields=("customer", "need"), name="customer_need_once")]

    def __str__(self) -> str:
        return self.title or str(self.need_id)


class RoutedMember(models.Model):
    """A colleague whom routing put on a customer's team, so that routing, and it alone, takes them off again."""

    customer_id = models.BigIntegerField()
    user_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("customer_id", "user_id"), name="routed_member_once")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.user_id}"
