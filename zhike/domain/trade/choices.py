"""The words that transactions and holdings are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class TransactionKind(models.TextChoices):
    """A refund carries negative amounts, so that the sum of all rows is what remained."""

    PURCHASE = "purchase", pgettext_lazy("transaction", "purchase")
    FEE = "fee", pgettext_lazy("transaction", "service fee")
    REFUND = "refund", pgettext_lazy("transaction", "refund")


class HoldingKind(models.TextChoices):
    PRODUCT = "product", pgettext_lazy("holding", "product")
    DEPOSIT = "deposit", pgettext_lazy("holding", "deposit")
    INVESTMENT = "investment", pgettext_lazy("holding", "wealth product")
    INSURANCE = "insurance", pgettext_lazy("holding", "insurance")
    LOAN = "loan", pgettext_lazy("holding", "loan")
    OTHER = "other", pgettext_lazy("holding", "other")
