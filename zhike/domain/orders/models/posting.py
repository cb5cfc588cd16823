"""What orders posted into the transactions of customers; only ever appended to."""

from __future__ import annotations

from django.db import models

from zhike.metadata.fields.columns import MoneyField


class Posting(models.Model):
    """One row for each transaction that an order line or a return line made; the sums of a source are what stands posted.

    ``source`` is L and the number of the order line, or R and that of the return line; ``turn`` counts its postings. The
    transaction's number is made of both, so that nothing can be posted twice.
    """

    source = models.CharField(max_length=24)
    turn = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=15, decimal_places=4)
    amount = MoneyField()
    cost = MoneyField(default=0)
    transaction_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("source", "turn"), name="posting_once")]

    def __str__(self) -> str:
        return f"{self.source}-{self.turn}"
