"""Overdue payments as evidence of risk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.risk.indicators import Indicator, register

#: A month overdue weighs as much as arrears that somebody reported.
DAYS = 30

register(
    Indicator(
        "overdue_payment",
        _("overdue payment"),
        45,
        180,
        "red",
        rule={"field": "overdue_days", "op": "gte", "value": DAYS},
    )
)
