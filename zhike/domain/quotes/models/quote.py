"""Quotes and their lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.quotes.choices import QuoteState
from zhike.domain.quotes.models.seller import Seller
from zhike.metadata.fields.columns import (
    ChoiceField,
    LongTextField,
    MoneyField,
    PercentField,
    QuantityField,
    UnitPriceField,
)
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

STATE_TONES = {"approval": "amber", "sent": "blue", "accepted": "green", "refused": "red", "expired": "grey"}


class Quote(Record):
    """One version of an offer; once sent it never changes, and a new version takes its place.

    Sums are minor units and follow from the lines. ``below_list`` is how far, in percent, all discounts and lowered prices together
    go below the list prices.
    """

    number = models.CharField(_("quote number"), max_length=40, editable=False, default="", db_index=True)
    revision = models.PositiveIntegerField(_("quote version"), default=1, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("replaces"), null=True, blank=True, editable=False, related_name="+"
    )
    title = models.CharField(pgettext_lazy("quote", "title"), max_length=160)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="quotes", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.PROTECT,
        verbose_name=_("to the attention of"),
        null=True,
        blank=True,
        related_name="+",
    )
    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), null=True, blank=True, related_name="quotes"
    )
    seller = models.ForeignKey(
        Seller, models.PROTECT, verbose_name=_("own company"), null=True, blank=True, related_name="+"
    )
    state = ChoiceField(
        pgettext_lazy("quote", "state"),
        choices=QuoteState,
        tones=STATE_TONES,
        default=QuoteState.DRAFT,
        editable=False,
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    tax_included = models.BooleanField(_("prices include tax"), default=True)
    discount_percent = PercentField(_("discount on the whole"), null=True, blank=True)
    subtotal = MoneyField(_("sum of the lines"), default=0, editable=False)
    discount_amount = MoneyField(_("discount in yuan"), default=0, editable=False)
    net = MoneyField(_("without tax"), default=0, editable=False)
    tax = MoneyField(_("tax"), default=0, editable=False)
    total = MoneyField(_("total with tax"), default=0, editable=False)
    below_list = PercentField(_("below list price"), default=0, editable=False)
    terms = LongTextField(_("terms"), null=True, blank=True)
    note = LongTextField(_("internal note"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=80, null=True, editable=False)
    answer = LongTextField(_("remark of the customer"), null=True, editable=False)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes = [
            bin_index("quote"),
            *list_indexes("quote", "-updated_at", by_department=False),
            models.Index(fields=("customer", "-updated_at"), name="quote_customer"),
            models.Index(
                fields=("valid_until", "id"),
                condition=models.Q(state=QuoteState.SENT, deletion__isnull=True),
                name="quote_ending",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=("number", "revision"), name="quote_version_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class QuoteLine(Record):
    """A line: ``amount`` before, ``net`` to ``gross`` after the discount on the whole; minor units.

    ``list_price`` is that of the product when it was chosen.
    """

    zhike_key: ClassVar[str] = "quote_line"

    quote = models.ForeignKey(Quote, models.PROTECT, verbose_name=_("quote"), related_name="lines", db_index=False)
    position = models.PositiveIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name on paper"), max_length=200)
    specification = models.CharField(_("specification"), max_length=200, null=True, blank=True)
    quantity = QuantityField(_("quantity"), default=1)
    unit = models.CharField(_("unit"), max_length=20, null=True, blank=True)
    unit_price = UnitPriceField(_("unit price"))
    discount_percent = PercentField(_("discount"), null=True, blank=True)
    tax_rate = PercentField(_("tax rate"), null=True, blank=True)
    list_price = UnitPriceField(_("list price"), null=True, editable=False)
    amount = MoneyField(pgettext_lazy("line", "amount"), default=0, editable=False)
    net = MoneyField(_("without tax"), default=0, editable=False)
    tax = MoneyField(_("tax"), default=0, editable=False)
    gross = MoneyField(_("with tax"), default=0, editable=False)

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        indexes = [
            bin_index("quote_line"),
            *list_indexes("quote_line", "-updated_at", by_department=False),
            models.Index(fields=("quote", "position"), name="quote_line_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0) & models.Q(unit_price__gte=0),
                name="quote_line_not_negative",
                violation_error_message=_("A line has more than nothing, at a price that is not negative."),
            )
        ]

    def __str__(self) -> str:
        return self.name
