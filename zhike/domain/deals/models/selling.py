"""What is done about a deal: who matters at the customer, what was sent, and which prices were named."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.deals.choices import (
    ATTITUDE_TONES,
    SIDE_TONES,
    Attitude,
    MaterialKind,
    MaterialWay,
    Side,
    StakeholderRole,
)
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

LIVE = models.Q(deletion__isnull=True)


class Stakeholder(Record):
    """A contact of the customer with what they have to say in this deal."""

    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), related_name="stakeholders", db_index=False
    )
    contact = models.ForeignKey("customers.Contact", models.PROTECT, verbose_name=_("contact"), related_name="+")
    role = ChoiceField(pgettext_lazy("stakeholder", "role"), choices=StakeholderRole)
    attitude = ChoiceField(_("attitude"), choices=Attitude, tones=ATTITUDE_TONES, default=Attitude.NEUTRAL)
    note = LongTextField(_("what matters to them"), null=True, blank=True)

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        indexes = [
            bin_index("stakeholder"),
            *list_indexes("stakeholder", "-updated_at", by_department=False),
            models.Index(fields=("opportunity", "role"), name="stakeholder_of_deal"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("opportunity", "contact"),
                condition=LIVE,
                name="stakeholder_once",
                violation_error_message=_("This contact is there already: change their role instead."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.role}"


class MaterialSent(Record):
    """A proposal, sample or price list that the customer got, and when they looked at it."""

    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), related_name="materials", db_index=False
    )
    title = models.CharField(_("what was sent"), max_length=200)
    kind = ChoiceField(_("kind"), choices=MaterialKind, default=MaterialKind.PROPOSAL)
    way = ChoiceField(pgettext_lazy("material", "how"), choices=MaterialWay, null=True, blank=True)
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("sent to"), null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("material sent")
        verbose_name_plural = _("materials sent")
        indexes = [
            bin_index("material_sent"),
            *list_indexes("material_sent", "-sent_at", by_department=False),
            models.Index(fields=("opportunity", "-sent_at"), name="material_sent_of_deal"),
        ]

    def __str__(self) -> str:
        return self.title


class NegotiationStep(Record):
    """A price that was named, by which side, on which terms, and what was given for it."""

    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), related_name="negotiation", db_index=False
    )
    title = models.CharField(_("what was said"), max_length=200)
    side = ChoiceField(_("who named it"), choices=Side, tones=SIDE_TONES)
    price = MoneyField(_("price"))
    said_at = models.DateTimeField(_("said at"), null=True, blank=True)
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="+"
    )
    terms = LongTextField(_("on which terms"), null=True, blank=True)

    class Meta:
        verbose_name = _("negotiation step")
        verbose_name_plural = _("negotiation steps")
        indexes = [
            bin_index("negotiation_step"),
            *list_indexes("negotiation_step", "-said_at", by_department=False),
            models.Index(fields=("opportunity", "side", "-said_at", "-id"), name="negotiation_of_deal"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="negotiation_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title
