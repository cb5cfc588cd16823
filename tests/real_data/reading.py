"""An independent reading of both files, with nothing of the product in it."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field as dataclass_field
from datetime import date, datetime
from pathlib import Path


@dataclass(slots=True)
class Buyer:
    """A customer as the file tells of them."""

    name: str
    segment: str = ""
    #: Day of each order line, in the order of the file.
    days: list[date] = dataclass_field(default_factory=list)


def superstore(path: Path) -> dict[str, Buyer]:
    """Buyers by customer id."""
    buyers: dict[str, Buyer] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            buyer = buyers.setdefault(row["Customer ID"], Buyer(row["Customer Name"], row["Segment"]))
            buyer.days.append(date.fromisoformat(row["Order Date"]))
    return buyers


def cdnow(path: Path) -> dict[str, Buyer]:
    """Buyers by customer id; the file has columns of fixed meaning, parted by spaces."""
    days: dict[str, list[date]] = defaultdict(list)
    for line in path.read_text(encoding="ascii").splitlines()[1:]:
        customer, day, _discs, _dollars = line.split()
        days[customer].append(datetime.strptime(day, "%Y%m%d").date())  # noqa: DTZ007
    return {customer: Buyer(f"CDNOW {customer}", days=found) for customer, found in days.items()}


def cdnow_table(path: Path) -> bytes:
    """The purchases as CSV, for the file itself is parted by spaces; a name is added, and the order is the opposite.

    The import lets later rows of a customer win, so the last one is the first purchase.
    """
    lines = ["客户编号,客户名称,合作起始,数量,金额"]
    for line in reversed(path.read_text(encoding="ascii").splitlines()[1:]):
        customer, day, discs, dollars = line.split()
        lines.append(f"{customer},CDNOW {customer},{day[:4]}-{day[4:6]}-{day[6:]},{discs},{dollars}")
    return "\n".join(lines).encode()


@dataclass(frozen=True, slots=True)
class Purchase:
    """A line of the CDNOW sample; ``cents`` are minor units."""

    customer: str
    day: date
    discs: int
    cents: int


def cdnow_sample(path: Path) -> list[Purchase]:
    """The lines of the 1/10 sample: customer of the master file, number in the sample, day, discs, dollars."""
    found = []
    for line in path.read_text(encoding="ascii").split("\n"):
        if line.strip():
            customer, _number, day, discs, dollars = line.split()
            whole, _point, part = dollars.partition(".")
            at = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            found.append(Purchase(customer, at, int(discs), int(whole) * 100 + int(part.ljust(2, "0"))))
    return found


def cdnow_sample_tables(purchases: list[Purchase]) -> tuple[bytes, bytes]:
    """Customers and transactions as CSV, as a shop would export them."""
    customers = sorted({purchase.customer for purchase in purchases})
    people = "\n".join(["客户编号,客户名称", *(f"{code},CDNOW {code}" for code in customers)])
    lines = [f"{line.customer},{line.day.isoformat()},{line.discs},{line.cents / 100:.2f}" for line in purchases]
    return people.encode(), "\n".join(["客户编号,日期,数量,金额", *lines]).encode()
