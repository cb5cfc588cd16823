"""What people do with orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.orders.choices import OrderState
from zhike.domain.orders.deliver import order_deliver
from zhike.domain.orders.from_quote import orders_from_quotes
from zhike.domain.orders.models import Order
from zhike.domain.quotes.models import Quote
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import Action
from zhike.metadata.records import Row, SaveResult


def in_state(*states: OrderState) -> dict[str, Any]:
    """Orders in one of the states, in the filter language."""
    return {"field": "state", "op": "in", "value": [state.value for state in states]}


def order_confirm(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """From now on the order counts: it is posted, owed and delivered."""
    return _move(ids, OrderState.CONFIRMED, actor)


def order_done(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Nothing is to be done about the order any more; a task asks the customer how it goes."""
    return _move(ids, OrderState.DONE, actor)


def order_reopen(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """An order that is done is worked on again."""
    return _move(ids, OrderState.CONFIRMED, actor)


def order_cancel(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """The order counts no more: correcting rows are posted, and what was paid is an advance."""
    return _move(ids, OrderState.CANCELLED, actor)


def order_redraft(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """The order is a draft again, to be changed."""
    return _move(ids, OrderState.DRAFT, actor)


def _move(ids: Sequence[int], state: OrderState, actor: Actor) -> SaveResult:
    return records.save(registry.get("order"), [Row({"state": state.value}, id=pk) for pk in ids], actor=actor)


def _add(run: Any, label: Any, icon: str, *states: OrderState, rare: bool = False) -> Action | Any:
    return registry.action(Order, label=label, permission="edit", icon=icon, when=in_state(*states), is_rare=rare)(run)


_add(order_confirm, _("Confirm"), "circle-check", OrderState.DRAFT)
_add(order_deliver, _("Deliver what is left"), "truck", OrderState.CONFIRMED)
_add(order_done, pgettext_lazy("order", "Done"), "check", OrderState.CONFIRMED)
_add(order_reopen, _("Open again"), "arrow-back-up", OrderState.DONE)
_add(order_redraft, _("Back to draft"), "arrow-back-up", OrderState.CONFIRMED, OrderState.CANCELLED, rare=True)
_add(order_cancel, _("Cancel the order"), "ban", OrderState.DRAFT, OrderState.CONFIRMED, rare=True)
registry.action(
    Quote,
    key="order",
    label=_("Make the order"),
    permission="edit",
    icon="shopping-cart",
    when={
        "all": [{"field": "state", "op": "eq", "value": "accepted"}, {"field": "has_order", "op": "eq", "value": False}]
    },
)(orders_from_quotes)
