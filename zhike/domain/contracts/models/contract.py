"""Contracts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.contracts.choices import SIGNATURE_TONES, STATE_TONES, ContractState, Renewal, Signature
from zhike.domain.contracts.models.template import ContractTemplate
from zhike.metadata.fields.columns import ChoiceField, FilesField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Contract(Record):
    """One version of a contract. ``facts`` are what its merge fields and its table of goods said when it was sent."""

    number = models.CharField(_("contract number"), max_length=40, editable=False, default="", db_index=True)
    revision = models.PositiveIntegerField(_("contract version"), default=1, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("replaces"), null=True, blank=True, editable=False, related_name="+"
    )
    title = models.CharField(pgettext_lazy("contract", "title"), max_length=160)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="contracts", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.PROTECT,
        verbose_name=_("to the attention of"),
        null=True,
        blank=True,
        related_name="+",
    )
    seller = models.ForeignKey(
        "quotes.Seller", models.PROTECT, verbose_name=_("own company"), null=True, blank=True, related_name="+"
    )
    opportunity = models.ForeignKey(
        "deals.Opportunity",
        models.PROTECT,
        verbose_name=_("opportunity"),
        null=True,
        blank=True,
        related_name="contracts",
    )
    quote = models.ForeignKey(
        "quotes.Quote", models.PROTECT, verbose_name=_("quote"), null=True, blank=True, related_name="contracts"
    )
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, verbose_name=_("order"), null=True, blank=True, related_name="contracts"
    )
    template = models.ForeignKey(
        ContractTemplate, models.PROTECT, verbose_name=_("contract template"), null=True, blank=True, related_name="+"
    )
    state = ChoiceField(
        pgettext_lazy("contract", "state"),
        choices=ContractState,
        tones=STATE_TONES,
        default=ContractState.DRAFT,
        editable=False,
    )
    amount = MoneyField(_("amount"), null=True, blank=True)
    starts_on = models.DateField(_("runs from"), null=True, blank=True)
    ends_on = models.DateField(_("runs until"), null=True, blank=True)
    renewal = ChoiceField(_("at its end"), choices=Renewal, default=Renewal.ASK)
    remind_days = models.PositiveSmallIntegerField(_("remind so many days before the end"), default=60)
    text = LongTextField(
        _("words"),
        null=True,
        blank=True,
        help_text=_("Left empty, those of the template. Merge fields such as {{customer}} stand in double braces."),
    )
    signature = ChoiceField(_("signed by"), choices=Signature, tones=SIGNATURE_TONES, default=Signature.NONE)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    scan = FilesField(_("signed paper"))
    note = LongTextField(_("internal note"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    #: The end that the owner was reminded of.
    reminded_of = models.DateField(_("reminded of the end on"), null=True, editable=False)
    facts = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        indexes = [
            bin_index("contract"),
            *list_indexes("contract", "-updated_at", by_department=False),
            models.Index(fields=("customer", "-updated_at"), name="contract_customer"),
            models.Index(
                fields=("ends_on", "id"),
                condition=models.Q(state=ContractState.SIGNED, deletion__isnull=True),
                name="contract_ending",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=("number", "revision"), name="contract_version_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="contract_ends_after_it_starts",
                violation_error_message=_("A contract ends after it starts."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ContractState.SIGNED)
                | models.Q(signature=Signature.BOTH, signed_on__isnull=False),
                name="contract_in_force_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
