"""Figures of customers that come from what they bought and what they hold, each table by one grouping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Count, DateField, F, Func, IntegerField, Max, Min, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from zhike.domain.trade.choices import HoldingKind, TransactionKind
from zhike.domain.trade.models import HoldingFigures, PurchaseFigures
from zhike.engines.figures.figure import Rows
from zhike.engines.figures.figure_table import Column, FigureTable, add_table
from zhike.metadata.fields.base import Label

#: The window of "in twelve months", in days of the calendar, today included.
YEAR = 365
#: The shorter window in which trends are told.
QUARTER = 90

PURCHASE = Q(kind=TransactionKind.PURCHASE)
REFUND = Q(kind=TransactionKind.REFUND)
LOAN = Q(kind=HoldingKind.LOAN)


def _lately(today: date, days: int = YEAR) -> Q:
    return Q(day__gt=today - timedelta(days=days))


def _before(today: date, days: int) -> Q:
    """The period of the same length that ended where the last one begins."""
    return Q(day__gt=today - timedelta(days=2 * days), day__lte=today - timedelta(days=days))


def _running(today: date) -> Q:
    return Q(until__isnull=True) | Q(until__gte=today)


class DaysSince(Func):
    """Whole days from a date to ``today``."""

    template = "(%(expressions)s)"
    arg_joiner = " - "

    def __init__(self, day: Any, today: date) -> None:
        super().__init__(Value(today, output_field=DateField()), day, output_field=IntegerField())

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        template = "CAST(julianday(%(expressions)s) AS integer)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **extra)


class Change(Func):
    """Whole percent by which one amount differs from an earlier one: from 80 to 60 is -25. Empty without an earlier amount."""

    template = "CAST(ROUND((%(expressions)s)) AS bigint)"
    arg_joiner = ") * 100.0 / ("

    def __init__(self, now: Any, before: Any) -> None:
        late, early = (Coalesce(amount, 0, output_field=BigIntegerField()) for amount in (now, before))
        zero = Value(0, output_field=BigIntegerField())
        super().__init__(late - early, NullIf(Greatest(early, zero), zero), output_field=BigIntegerField())

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(ROUND((%(expressions)s)) AS integer)", **extra)


def _amount_change(days: int) -> Callable[[date], Any]:
    return lambda today: Change(Sum("amount", filter=_lately(today, days)), Sum("amount", filter=_before(today, days)))


def _days_change(days: int) -> Callable[[date], Any]:
    return lambda today: Change(
        Count("day", filter=PURCHASE & _lately(today, days), distinct=True),
        Count("day", filter=PURCHASE & _before(today, days), distinct=True),
    )


def _trends(days: int, suffix: str, amount: Label, frequency: Label) -> tuple[Column, ...]:
    """How amount and frequency of one period differ from those of the period before it."""
    both = {"field": "day", "op": "last_n_days", "value": 2 * days}
    said = _("Whole percent; empty where there was nothing before.")
    return (
        Column(f"net_amount_change_{suffix}", amount, "integer", _amount_change(days), _rows(both), help=said),
        Column(
            f"purchase_days_change_{suffix}",
            frequency,
            "integer",
            _days_change(days),
            _rows(PURCHASES, both),
            help=said,
        ),
    )


def _rows(*conditions: dict[str, Any]) -> Callable[[int], Rows]:
    """Transactions of the customer for which the conditions hold."""
    return lambda pk: Rows("transaction", {"all": [{"field": "customer", "op": "eq", "value": pk}, *conditions]})


def _held(kind: str) -> Callable[[int], Rows]:
    """Running holdings of the customer: loans, or all others."""
    is_loan = {"field": "kind", "op": kind, "value": HoldingKind.LOAN.value}
    over = {"field": "until", "op": "lt", "value": {"relative": "today"}}
    return lambda pk: Rows("holding", {"all": [{"field": "customer", "op": "eq", "value": pk}, is_loan, {"not": over}]})


PURCHASES = {"field": "kind", "op": "eq", "value": TransactionKind.PURCHASE.value}
REFUNDS = {"field": "kind", "op": "eq", "value": TransactionKind.REFUND.value}
IN_A_YEAR = {"field": "day", "op": "last_n_days", "value": YEAR}
COSTED = {"field": "cost", "op": "not_empty"}

add_table(
    FigureTable(
        object_key="customer",
        source="transaction",
        via="customer",
        model=PurchaseFigures,
        columns=(
            Column(
                "first_purchase_on",
                _("first purchase"),
                "date",
                lambda _today: Min("day", filter=PURCHASE),
                _rows(PURCHASES),
            ),
            Column(
                "last_purchase_on",
                _("last purchase"),
                "date",
                lambda _today: Max("day", filter=PURCHASE),
                _rows(PURCHASES),
            ),
            Column(
                "purchase_recency_days",
                _("days since the last purchase"),
                "integer",
                lambda today: DaysSince(Max("day", filter=PURCHASE), today),
                _rows(PURCHASES),
            ),
            Column(
                "purchase_days",
                _("days with purchases"),
                "integer",
                lambda _today: Count("day", filter=PURCHASE, distinct=True),
                _rows(PURCHASES),
                help=_("Several purchases of one day count once."),
                default=0,
            ),
            Column(
                "purchase_days_12m",
                _("days with purchases in 12 months"),
                "integer",
                lambda today: Count("day", filter=PURCHASE & _lately(today), distinct=True),
                _rows(PURCHASES, IN_A_YEAR),
                default=0,
            ),
            Column(
                "net_amount",
                _("amount net of refunds"),
                "money",
                lambda _today: Sum("amount"),
                _rows(),
            ),
            Column(
                "net_amount_12m",
                _("amount in 12 months, net of refunds"),
                "money",
                lambda today: Sum("amount", filter=_lately(today)),
                _rows(IN_A_YEAR),
            ),
            Column(
                "refunded_amount",
                _("refunded"),
                "money",
                lambda _today: -Sum("amount", filter=REFUND),
                _rows(REFUNDS),
            ),
            Column(
                "profit",
                _("profit"),
                "money",
                lambda _today: Sum(F("amount") - F("cost")),
                _rows(COSTED),
                help=_("Amount less cost of the rows whose cost is known."),
            ),
            *_trends(
                YEAR,
                "12m",
                _("amount of 12 months against the 12 before, in %"),
                _("days with purchases in 12 months against the 12 before, in %"),
            ),
            *_trends(
                QUARTER,
                "90d",
                _("amount of 90 days against the 90 before, in %"),
                _("days with purchases in 90 days against the 90 before, in %"),
            ),
        ),
    )
)
add_table(
    FigureTable(
        object_key="customer",
        source="holding",
        via="customer",
        model=HoldingFigures,
        columns=(
            Column(
                "product_count",
                _("products held"),
                "integer",
                lambda today: Count("pk", filter=_running(today) & ~LOAN),
                _held("ne"),
                default=0,
            ),
            Column(
                "asset_balance",
                _("balance of products"),
                "money",
                lambda today: Sum("balance", filter=_running(today) & ~LOAN),
                _held("ne"),
            ),
            Column(
                "loan_count",
                _("loans"),
                "integer",
                lambda today: Count("pk", filter=_running(today) & LOAN),
                _held("eq"),
                default=0,
            ),
            Column(
                "loan_balance",
                _("loan balance"),
                "money",
                lambda today: Sum("balance", filter=_running(today) & LOAN),
                _held("eq"),
            ),
        ),
    )
)
