"""What people do with customers and pools: a button, a bulk choice and an endpoint each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Customer
from zhike.domain.pools.models import Pool
from zhike.domain.pools.services import hands
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.records import SaveResult

CUSTOMERS = Field(
    key="customers",
    type=field_type("links"),
    label=_("customers"),
    required=True,
    options={"target": "customer"},
)
REASON = Field(key="reason", type=field_type("text"), label=_("reason"), required=True, options={"max_length": 200})


@registry.action(
    Customer,
    key="release",
    label=_("Return to the pool"),
    permission="assign",
    icon="recycle",
    when={"field": "pool", "op": "is_empty"},
    arguments=(REASON,),
)
def customer_release(ids: Sequence[int], *, actor: Actor, reason: str | None = None) -> SaveResult:
    """Return customers to their pools; the result says of each whether it went, and why not."""
    return hands.release(ids, actor=actor, reason=reason).as_result(ids)


@registry.action(
    Pool, key="claim", label=_("Claim customers"), permission="view", icon="user-plus", arguments=(CUSTOMERS,)
)
def pool_claim(ids: Sequence[int], *, actor: Actor, customers: Sequence[int] | None = None) -> None:
    """Claim customers from a pool; raises Invalid when none could be had."""
    for pool_id in ids:
        hands.claim(pool_id, customers or (), actor=actor).require()


@registry.action(
    Pool,
    key="assign_customers",
    label=_("Assign customers"),
    permission="view",
    icon="user-share",
    arguments=(
        CUSTOMERS,
        Field(key="to", type=field_type("user"), label=_("to"), required=True),
        Field(key="reason", type=field_type("text"), label=_("reason"), options={"max_length": 200}),
    ),
)
def pool_assign(
    ids: Sequence[int],
    *,
    actor: Actor,
    customers: Sequence[int] | None = None,
    to: int | None = None,
    reason: str | None = None,
) -> None:
    """Give customers of a pool to somebody; raises Invalid when none could be given."""
    for pool_id in ids:
        hands.assign(pool_id, customers or (), to=to or 0, actor=actor, reason=reason or "").require()
