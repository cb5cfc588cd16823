"""Orders and their lines."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.orders.choices import Currency, OrderState
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField, PercentField
from zhike.metadata.indexes import bin_index, board_indexes, list_indexes
from zhike.metadata.models import Record

STATE_TONES = {"draft": "grey", "confirmed": "blue", "done": "green", "cancelled": "grey"}


class Order(Record):
    """What a customer ordered on a day. ``amount``, ``tax`` and ``cost`` are the sums of its lines, in minor units."""

    number = models.CharField(
        _("order number"), max_length=40, unique=True, blank=True, help_text=_("Left empty, the next one is given.")
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="orders", db_index=False
    )
    day = models.DateField(pgettext_lazy("order", "date"), blank=True)
    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), null=True, blank=True, related_name="orders"
    )
    quote = models.ForeignKey(
        "quotes.Quote",
        models.PROTECT,
        verbose_name=_("quote"),
        null=True,
        blank=True,
        editable=False,
        related_name="orders",
        db_index=False,
    )
    state = ChoiceField(_("state"), choices=OrderState, tones=STATE_TONES, default=OrderState.DRAFT)
    currency = ChoiceField(_("currency"), choices=Currency, default=Currency.CNY)
    may_exceed = models.BooleanField(_("more than ordered may be delivered"), default=False)
    amount = MoneyField(_("amount"), default=0, editable=False)
    tax = MoneyField(_("tax within it"), default=0, editable=False)
    cost = MoneyField(_("cost"), null=True, editable=False)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            bin_index("order"),
            *list_indexes("order", "-day", by_department=False),
            *board_indexes("order", "state"),
            models.Index(
                fields=("customer", "state", "day"), condition=models.Q(deletion__isnull=True), name="order_customer"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("quote",),
                name="order_of_a_quote_once",
                violation_error_message=_("This quote has its order already."),
            )
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(Record):
    """A line of an order. ``amount`` includes the tax; it is rounded once, half up, and then stored, summed and shown.

    ``source_amount`` is what another system said, with all of its decimals; without a unit price the amount is that one, rounded.
    """

    #: Links name their target by it.
    zhike_key = "order_line"

    order = models.ForeignKey(Order, models.PROTECT, verbose_name=_("order"), related_name="lines", db_index=False)
    position = models.PositiveIntegerField(pgettext_lazy("order line", "position"), null=True, blank=True)
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="order_lines"
    )
    bundle = models.ForeignKey(
        "catalog.Product",
        models.PROTECT,
        verbose_name=_("out of the bundle"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    item = models.CharField(pgettext_lazy("order line", "item"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=15, decimal_places=6, null=True, blank=True)
    discount = PercentField(_("discount"), null=True, blank=True)
    tax_rate = PercentField(_("tax rate"), null=True, blank=True)
    amount = MoneyField(_("amount"), default=0, editable=False)
    tax = MoneyField(_("tax within it"), default=0, editable=False)
    cost = MoneyField(_("cost"), null=True, blank=True)
    source_amount = models.DecimalField(
        _("amount in the source"),
        max_digits=15,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("As another system had it, unrounded. Stands for the unit price where there is none."),
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        indexes = [
            bin_index("order_line"),
            *list_indexes("order_line", "-updated_at", by_department=False),
            models.Index(fields=("order", "position", "id"), name="order_line_order"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="order_line_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.item
