"""Figures of customers that come from trade, one row a customer; written by the engine of figure tables alone."""

from __future__ import annotations

from django.db import models


class PurchaseFigures(models.Model):
    """What the transactions of a customer come to; money in minor units, net of refunds."""

    customer = models.OneToOneField(
        "customers.Customer", models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    first_purchase_on = models.DateField(null=True)
    last_purchase_on = models.DateField(null=True)
    purchase_recency_days = models.IntegerField(null=True)
    purchase_days = models.IntegerField(null=True)
    purchase_days_12m = models.IntegerField(null=True)
    net_amount_change_12m = models.BigIntegerField(null=True)
    purchase_days_change_12m = models.BigIntegerField(null=True)
    net_amount_change_90d = models.BigIntegerField(null=True)
    purchase_days_change_90d = models.BigIntegerField(null=True)
    net_amount = models.BigIntegerField(null=True)
    net_amount_12m = models.BigIntegerField(null=True)
    refunded_amount = models.BigIntegerField(null=True)
    profit = models.BigIntegerField(null=True)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.net_amount}"


class HoldingFigures(models.Model):
    """What a customer holds today."""

    customer = models.OneToOneField(
        "customers.Customer", models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    product_count = models.IntegerField(null=True)
    asset_balance = models.BigIntegerField(null=True)
    loan_count = models.IntegerField(null=True)
    loan_balance = models.BigIntegerField(null=True)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.product_count}"
