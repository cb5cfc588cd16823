"""How orders, plans, receipts and customers stand, as fields that lists filter and pages show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db.models import BigIntegerField, F, IntegerField, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.money.choices import EntryKind
from zhike.domain.money.models import Balance, LedgerEntry
from zhike.domain.trade.figures import DaysSince
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.object_type import ObjectType

MONEY: Any = BigIntegerField()


def _balances(column: str, sum_of: Any, condition: Callable[[], Q] = Q) -> Any:
    """Sum over the balances of a record's instalments; none where it has none."""
    rows = Balance.objects.filter(condition(), **{column: OuterRef("pk")}).order_by().values(column)
    return Subquery(rows.annotate(_n=Sum(sum_of)).values("_n"), output_field=MONEY)


def still_open() -> Q:
    """Instalments that are not paid in full."""
    return Q(open_amount__gt=0)


def overdue() -> Q:
    """Instalments that should have been paid before today."""
    return still_open() & Q(instalment__due_on__lt=timezone.localdate())


def _overdue_days() -> Any:
    rows = Balance.objects.filter(overdue(), instalment__customer=OuterRef("pk"), instalment__deletion__isnull=True)
    first = rows.order_by().values("instalment__customer").annotate(_first=Min("instalment__due_on"))
    return Subquery(first.values(_n=DaysSince(F("_first"), _today())), output_field=IntegerField())


def _today() -> date:
    return timezone.localdate()


def _entries(kinds: Mapping[EntryKind, int]) -> Any:
    """Sum over the entries of a receipt, each kind with its sign."""
    parts: Any = Value(0, output_field=MONEY)
    for kind, sign in kinds.items():
        rows = LedgerEntry.objects.filter(receipt=OuterRef("pk"), kind=kind).order_by().values("receipt")
        total = Coalesce(Subquery(rows.annotate(_n=Sum("amount")).values("_n")), Value(0), output_field=MONEY)
        parts = parts + total if sign > 0 else parts - total
    return parts


def _field(key: str, label: Label, computed: Callable[[], Any], kind: str = "money") -> Field:
    return Field(key, field_type(kind), label, readonly=True, computed=computed)


def _fields() -> Mapping[str, tuple[Field, ...]]:
    order, own, customer = "instalment__order", "instalment", "instalment__customer"
    received = {EntryKind.RECEIVED: 1, EntryKind.ALLOCATED: -1, EntryKind.REFUNDED: -1}
    return {
        "order": (
            _field("received_amount", _("received"), partial(_balances, order, F("allocated") - F("refunded"))),
            _field("open_amount", _("still open"), partial(_balances, order, F("open_amount"))),
            _field("overdue_amount", _("overdue"), partial(_balances, order, F("open_amount"), overdue)),
        ),
        "instalment": (
            _field("received_amount", _("received"), partial(_balances, own, F("allocated") - F("refunded"))),
            _field("open_amount", _("still open"), partial(_balances, own, F("open_amount"))),
        ),
        "customer": (
            _field("receivable_amount", _("receivable"), partial(_balances, customer, F("open_amount"), still_open)),
            _field("overdue_amount", _("overdue"), partial(_balances, customer, F("open_amount"), overdue)),
            _field("overdue_days", _("days overdue"), _overdue_days, "integer"),
        ),
        "receipt": (
            _field("matched_amount", _("matched"), partial(_entries, {EntryKind.ALLOCATED: 1})),
            _field("advance_amount", _("left as an advance"), partial(_entries, received)),
        ),
    }


def with_figures(descriptor: ObjectType) -> ObjectType:
    """The descriptor of an object of this package with its fields, so that its list may have them as columns."""
    own = {field.key: field for field in _fields()[descriptor.key]}
    return replace(descriptor, fields={**descriptor.fields, **own})


@registry.extend
def money_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """The fields of objects of other packages; an administrator's field under the same key hides one."""
    found = _fields().get(object_type.key, ())
    return {field.key: field for field in found if field.key not in object_type.fields}
