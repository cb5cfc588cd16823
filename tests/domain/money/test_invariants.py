"""The invariants of the ledger over random histories of customers: some hundred always, as many as ZHIKE_HISTORIES says at will.

Every step is one that a person may take; what the product refuses changes nothing. After each history the entries are added
up anew, with nothing of the product's own sums.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.domain.money.base import check
from tests.domain.orders.base import confirmed, customer, line_of, saved
from zhike.domain.money.matching import receipt_allocate, receipt_match, receipt_release
from zhike.domain.money.models import Instalment, Receipt, Refund, WriteOff
from zhike.domain.money.planning import order_plan
from zhike.domain.orders.models import Order, OrderLine
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.records import delete, restore

pytestmark = pytest.mark.django_db
#: Histories and steps of each; a step is one write with all that follows from it.
HISTORIES = int(os.environ.get("ZHIKE_HISTORIES", "200"))
STEPS = 7
PARTS = 10


class History:
    """A customer with one order at first, and what happens to it by lot."""

    def __init__(self, seed: int) -> None:
        self.lot = random.Random(seed)
        self.customer = customer(f"客户{seed}")
        self.orders = [confirmed(self.customer, (str(self.lot.randint(1, 9)), f"{self.lot.uniform(0.01, 99):.6f}"))]
        self.steps: list[Callable[[], Any]] = [
            self.order,
            self.receive,
            self.receive,
            self.receive_without_plan,
            self.allocate,
            self.match,
            self.release,
            self.refund,
            self.give_back_advance,
            self.write_off,
            self.take_back_goods,
            self.plan,
            self.change_line,
            self.change_receipt,
            self.cancel,
            self.delete,
            self.restore,
        ]

    def run(self, steps: int) -> list[str]:
        """Take so many steps; what is refused leaves no trace. Returns what was done."""
        done = []
        for _turn in range(steps):
            step = self.lot.choice(self.steps)
            try:
                with transaction.atomic():
                    step()
                done.append(step.__name__)
            except (Invalid, NotFound, IndexError):
                continue
        return done

    def one(self, model: Any, **condition: Any) -> Any:
        return self.lot.choice(list(model.objects.filter(deletion=None, **condition).order_by("pk")))

    def amount(self) -> int:
        return self.lot.choice((1, 99, 100, 5_000, 12_345, self.lot.randint(1, 100_000)))

    def order(self) -> None:
        price = f"{self.lot.uniform(0, 200):.6f}"
        self.orders.append(confirmed(self.customer, (str(self.lot.randint(1, 9)), price)))

    def receive(self) -> None:
        saved("receipt", customer=self.customer, amount=self.amount())

    def receive_without_plan(self) -> None:
        saved("receipt", customer=self.customer, amount=self.amount(), is_matched=False)

    def allocate(self) -> None:
        part = self.one(Instalment, customer_id=self.customer)
        receipt = self.one(Receipt, customer_id=self.customer)
        receipt_allocate([receipt.pk], actor=SYSTEM, instalment=part.pk, amount=self.lot.choice((None, self.amount())))

    def match(self) -> None:
        receipt_match([self.one(Receipt, customer_id=self.customer).pk], actor=SYSTEM)

    def release(self) -> None:
        receipt_release([self.one(Receipt, customer_id=self.customer).pk], actor=SYSTEM)

    def refund(self) -> None:
        saved("refund", order=self.lot.choice(self.orders), amount=self.amount())

    def give_back_advance(self) -> None:
        receipt = self.one(Receipt, customer_id=self.customer)
        saved("refund", customer=self.customer, receipt=receipt.pk, amount=self.amount())

    def write_off(self) -> None:
        saved("write_off", order=self.lot.choice(self.orders), amount=self.amount(), reason="尾差")

    def take_back_goods(self) -> None:
        pk = self.lot.choice(self.orders)
        paper = saved("delivery", order=pk)
        saved("delivery_line", delivery=paper, line=line_of(pk), quantity="1")
        back = saved("order_return", order=pk)
        saved("return_line", order_return=back, line=line_of(pk), quantity="1")

    def plan(self) -> None:
        first = timezone.localdate() + timedelta(days=self.lot.randint(-90, 90))
        order_plan([self.lot.choice(self.orders)], actor=SYSTEM, count=self.lot.randint(1, 4), first_on=first)

    def change_line(self) -> None:
        line = OrderLine.objects.get(pk=line_of(self.lot.choice(self.orders)))
        saved("order_line", id=line.pk, unit_price=f"{self.lot.uniform(0, 50):.6f}")

    def change_receipt(self) -> None:
        saved("receipt", id=self.one(Receipt, customer_id=self.customer).pk, amount=self.amount())

    def cancel(self) -> None:
        order = self.one(Order, customer_id=self.customer)
        saved("order", id=order.pk, state=self.lot.choice(("cancelled", "draft", "confirmed", "done")))

    def delete(self) -> None:
        key, model = self.lot.choice(
            (("receipt", Receipt), ("refund", Refund), ("instalment", Instalment), ("order", Order))
        )
        row = self.one(model, customer_id=self.customer)
        delete(registry.get(key), [row.pk], actor=SYSTEM)

    def restore(self) -> None:
        key, model = self.lot.choice(
            (("receipt", Receipt), ("refund", Refund), ("order", Order), ("write_off", WriteOff))
        )
        gone: Any = model
        rows = list(gone.objects.filter(deletion__isnull=False).order_by("pk"))
        restore(registry.get(key), [self.lot.choice(rows).pk], actor=SYSTEM)


@pytest.mark.parametrize("start", range(PARTS))
def test_the_ledger_adds_up_after_every_random_history(start: int) -> None:
    done: set[str] = set()
    many = HISTORIES // PARTS
    for seed in range(start * many, (start + 1) * many):
        sound = transaction.savepoint()
        done |= set(History(seed).run(STEPS))
        check()
        transaction.savepoint_rollback(sound)
    assert len(done) >= 12, f"too few kinds of step came about: {sorted(done)}"
