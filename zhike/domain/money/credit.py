"""Credit: what an order meets whose customer is on hold or beyond the limit, and asking the manager for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.domain.money.choices import Strictness
from zhike.domain.money.models import Balance
from zhike.domain.money.policies import rules_on
from zhike.domain.orders.choices import OrderState
from zhike.domain.orders.models import Order
from zhike.domain.orders.preparation import confirm_check
from zhike.domain.risk.holds import open_holds
from zhike.engines.approvals.deciders import managers_of, people_with_role, usable
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.starting import approval_ask, approval_start
from zhike.engines.approvals.told import NOBODY
from zhike.lib.money import format_amount
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.records import record_save
from zhike.metadata.storage import storage

KIND = "credit"
LAST_RESORT = "executive"
BLOCKED = {
    "hold": Problem("credit_hold", gettext_lazy("This customer gets no credit: lift the credit hold first.")),
    "limit": Problem("credit_limit", gettext_lazy("This goes beyond the customer's credit limit.")),
}
ASKS = {
    "hold": Problem("credit_hold_asks", gettext_lazy("This customer gets no credit: use “Ask for credit”.")),
    "limit": Problem(
        "credit_limit_asks", gettext_lazy("This goes beyond the customer's credit limit: use “Ask for credit”.")
    ),
}


@confirm_check
def credit_check(orders: Sequence[Order], actor: Actor, is_counted: bool) -> Mapping[int, Mapping[str, Problem]]:
    """Orders that may not be confirmed as things stand; what was granted is confirmed by the system.

    ``is_counted`` says that what they come to stands in the plan already.
    """
    if actor.is_system:
        return {}
    rules = rules_on(timezone.localdate())
    found: dict[int, dict[str, Problem]] = {}
    for pk, why in short_of_credit(orders, is_counted=is_counted).items():
        strict = rules.on_hold if why == "hold" else rules.over_limit
        if strict != Strictness.ALLOW:
            found[pk] = {"state": BLOCKED[why] if strict == Strictness.BLOCK else ASKS[why]}
    return found


def short_of_credit(orders: Sequence[Order], *, is_counted: bool = False) -> Mapping[int, str]:
    """Why orders lack credit, "hold" or "limit", by id; several of one customer add up in their order."""
    customers = {order.customer_id for order in orders}
    held = open_holds(customers)
    owed = receivables(customers)
    found: dict[int, str] = {}
    for order in orders:
        owed[order.customer_id] = owed.get(order.customer_id, 0) + (0 if is_counted else order.amount)
        limit = order.customer.credit_limit
        if order.customer_id in held:
            found[order.pk] = "hold"
        elif limit is not None and owed[order.customer_id] > limit:
            found[order.pk] = "limit"
    return found


def receivables(customers: Any) -> dict[int, int]:
    """What customers owe, in minor units."""
    rows = Balance.objects.filter(instalment__customer_id__in=list(customers), open_amount__gt=0).order_by()
    return dict(rows.values_list("instalment__customer_id").annotate(total=Sum("open_amount")))


def order_credit_ask(ids: Sequence[int], *, actor: Actor, reason: str) -> None:
    """Ask the managers to confirm orders in spite of missing credit. Raises NotFound, Invalid where nobody could decide."""
    with storage().write_transaction():
        seen: Any = policy.queryset_for(actor, registry.get("order"), "edit").filter(pk__in=ids)
        orders: list[Order] = list(seen.select_related("customer__department").order_by("pk"))
        if missing := set(ids) - {order.pk for order in orders}:
            raise NotFound("order", min(missing))
        for order in orders:
            _ask(order, reason.strip(), actor)


def _ask(order: Order, reason: str, actor: Actor) -> None:
    """Along the flow that fits; where none does, whoever leads the asker or the customer's department is asked."""
    if approval_start(registry.get("order"), order.pk, kind=KIND, actor=actor, reason=reason) is not None:
        return
    head = order.customer.department.head_id if order.customer.department else None
    people = [*managers_of(actor.user_id or 0), *usable([head])] or people_with_role(LAST_RESORT)
    deciders = [pk for pk in dict.fromkeys(people) if pk != actor.user_id]
    if not deciders:
        raise Invalid({"": [NOBODY]})
    words = {"name": order.customer.name, "number": order.number, "amount": format_amount(order.amount)}
    approval_ask(
        KIND,
        title=_("Credit for %(name)s: order %(number)s of %(amount)s") % words,
        about=("order", order.pk),
        deciders=deciders,
        reason=reason,
        details={"owed": receivables([order.customer_id]).get(order.customer_id, 0), "amount": order.amount},
        actor=actor,
    )


def credit_granted(approval: Approval, *, actor: Actor) -> None:
    """The order is confirmed in the name of whoever granted it."""
    order = Order.objects.filter(pk=approval.about_id or 0, deletion__isnull=True).first()
    if order is not None and order.state == OrderState.DRAFT:
        record_save(registry.get("order"), {"state": OrderState.CONFIRMED.value}, id=order.pk, actor=on_behalf(actor))


register(
    ApprovalKind(
        KIND,
        gettext_lazy("Credit for an order"),
        objects=("order",),
        on_grant=credit_granted,
        icon="shield-check",
        tone="amber",
    )
)
