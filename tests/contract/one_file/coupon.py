"""Coupons: discount codes that a salesperson may put on a quote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.engines.figures import registration as figures
from zhike.engines.figures.figure import Figure, Rows
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.changes import consumer
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Change, Record
from zhike.metadata.object_type import Section, TimelineSource
from zhike.metadata.records import Row, save


class Coupon(Record):
    """A discount code, usable while active and until it expires."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    code = models.CharField(_("coupon code"), max_length=40, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, null=True, blank=True, verbose_name=_("customer")
    )
    percent_off = models.PositiveSmallIntegerField(_("percent off"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    granted_at = models.DateTimeField(_("granted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        indexes = [*list_indexes("coupon", "-updated_at"), bin_index("coupon")]


registry.add(
    registry.object_type(
        Coupon,
        icon="ticket",
        group="customers",
        title="code",
        board_by="status",
        import_keys=("code",),
        columns=("code", "status", "percent_off", "customer"),
        filters=("status", "granted_at"),
        search=("code",),
        form=(Section(_("Coupon"), ("code", "percent_off", "status", "customer", "granted_at")),),
        timeline=TimelineSource(subject="customer", at="granted_at", title="code", kind="status"),
    )
)


@registry.action(Coupon, label=_("Retire"), permission="edit")
def coupon_retire(ids: Sequence[int], *, actor: Actor) -> None:
    """Stop coupons being used while old quotes keep showing them."""
    save(registry.get("coupon"), [Row({"status": Coupon.Status.RETIRED}, id=pk) for pk in ids], actor=actor)


def _count(ids: Sequence[int], _now: datetime) -> Any:
    rows = Coupon.objects.filter(customer_id__in=ids, deletion__isnull=True).order_by()
    return rows.values_list("customer_id").annotate(models.Count("pk"))


figures.add(
    Figure(
        key="coupon_count",
        object_key="customer",
        label=_("coupons granted"),
        type="integer",
        compute=_count,
        sources={"coupon": "customer"},
        rows=lambda pk: Rows("coupon", {"all": [{"field": "customer", "op": "eq", "value": pk}]}),
        default=0,
    )
)

#: What the outbox told of coupons.
HEARD: list[str] = []


@consumer("coupons")
def hear(changes: Sequence[Change]) -> None:
    """A second consumer of the change log."""
    HEARD.extend(change.action for change in changes if change.object_key == "coupon")
