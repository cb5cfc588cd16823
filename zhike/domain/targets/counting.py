"""What was sold by person, department, product category and month: orders less returns, receipts less refunds, deals won.

One grouped query for each source, however many people and months; amounts in minor units, each on its own day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.models import Department
from zhike.domain.catalog.models import ProductCategory
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.models import Opportunity
from zhike.domain.money.models import Receipt, Refund
from zhike.domain.orders.choices import LIVE
from zhike.domain.orders.models import Order, OrderLine, ReturnLine
from zhike.domain.targets.choices import Level, Measure

#: Level, id of person or department (0 for the firm), category (0 for all), first day of the month.
Key = tuple[str, int, int, date]


@dataclass(frozen=True, slots=True)
class Part:
    """What one person sold in a month of a department and category."""

    owner: int | None
    department: int | None
    category: int | None
    month: date
    amount: int
    rows: int


@dataclass(frozen=True, slots=True)
class Trees:
    """Which departments and categories lie above which."""

    departments: DepartmentTree
    categories: DepartmentTree

    @classmethod
    def read(cls) -> Trees:
        return cls(
            DepartmentTree(dict(Department.objects.values_list("pk", "parent_id"))),
            DepartmentTree(dict(ProductCategory.objects.values_list("pk", "parent_id"))),
        )


def totals(measure: str, first: date, last: date, *, by_category: bool, trees: Trees) -> dict[Key, tuple[int, int]]:
    """Amount and number of rows of each subject and month from ``first`` to ``last``."""
    found: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for part in parts(measure, first, last, by_category=by_category):
        for key in _keys(part, trees):
            found[key][0] += part.amount
            found[key][1] += part.rows
    return {key: (amount, rows) for key, (amount, rows) in found.items()}


def _keys(part: Part, trees: Trees) -> Iterator[Key]:
    """Everything that a part counts for: its person, its department and those above, the firm; by category those above too."""
    categories = [0] if part.category is None else [part.category, *trees.categories.ancestors(part.category)]
    subjects = [(Level.COMPANY.value, 0)]
    if part.owner is not None:
        subjects.append((Level.PERSON.value, part.owner))
    if part.department is not None:
        rooms = (part.department, *trees.departments.ancestors(part.department))
        subjects += [(Level.DEPARTMENT.value, room) for room in rooms]
    for level, subject in subjects:
        for category in categories:
            yield level, subject, category, part.month


def parts(measure: str, first: date, last: date, *, by_category: bool = False) -> Iterator[Part]:
    """The parts of a measure; ``by_category`` adds those of order lines with a category beside the sums of all."""
    yield from _SOURCES[measure](first, last)
    if by_category and measure == Measure.ORDERS:
        yield from _by_category(first, last)


def _orders(first: date, last: date) -> Iterator[Part]:
    yield from _grouped(live_orders(first, last), "day", "amount")
    yield from _grouped(live_returns(first, last), "order_return__day", "amount", sign=-1, via="order_return__order__")


def live_orders(first: date, last: date) -> Any:
    """Orders that count, by their day."""
    return Order.objects.filter(state__in=LIVE, deletion__isnull=True, day__range=(first, last))


def live_returns(first: date, last: date) -> Any:
    """What came back of orders that count, on the day of the return."""
    return ReturnLine.objects.filter(
        deletion__isnull=True,
        order_return__deletion__isnull=True,
        order_return__day__range=(first, last),
        order_return__order__deletion__isnull=True,
        order_return__order__state__in=LIVE,
    )


def _by_category(first: date, last: date) -> Iterator[Part]:
    lines = OrderLine.objects.filter(
        deletion__isnull=True,
        order__deletion__isnull=True,
        order__state__in=LIVE,
        order__day__range=(first, last),
        product__category__isnull=False,
    )
    yield from _grouped(lines, "order__day", "amount", via="order__", category="product__category_id")
    back = live_returns(first, last).filter(line__product__category__isnull=False)
    yield from _grouped(
        back,
        "order_return__day",
        "amount",
        sign=-1,
        via="order_return__order__",
        category="line__product__category_id",
    )


def _receipts(first: date, last: date) -> Iterator[Part]:
    yield from _grouped(Receipt.objects.filter(deletion__isnull=True, day__range=(first, last)), "day", "amount")
    back = Refund.objects.filter(deletion__isnull=True, day__range=(first, last))
    # Money that goes back counts against whoever it counted for.
    owner, room = (Coalesce(f"receipt__{name}", f"order__{name}") for name in ("owner_id", "department_id"))
    yield from _grouped(back, "day", "amount", sign=-1, owner=owner, department=room)


def _won(first: date, last: date) -> Iterator[Part]:
    won = Opportunity.objects.filter(
        deletion__isnull=True, state=DealState.WON, closed_at__date__gte=first, closed_at__date__lte=last
    )
    yield from _grouped(won, "closed_at", "amount")


_SOURCES: Mapping[str, Any] = {Measure.ORDERS: _orders, Measure.RECEIPTS: _receipts, Measure.WON: _won}


def _grouped(
    rows: Any,
    day: str,
    amount: str,
    *,
    sign: int = 1,
    via: str = "",
    category: str = "",
    owner: Any = None,
    department: Any = None,
) -> Iterator[Part]:
    """Sums by person, department and month, and by category where one is named; ``via`` leads to who they belong to."""
    groups = (
        rows.order_by()
        .annotate(
            _month=TruncMonth(day),
            _owner=owner if owner is not None else F(f"{via}owner_id"),
            _room=department if department is not None else F(f"{via}department_id"),
            _category=F(category) if category else Value(None, output_field=BigIntegerField()),
        )
        .values_list("_month", "_owner", "_room", "_category")
        .annotate(_sum=Sum(amount), _count=Count("pk"))
    )
    for month, person, room, group, total, count in groups:
        yield Part(person, room, group, date(month.year, month.month, 1), sign * int(total or 0), count)
