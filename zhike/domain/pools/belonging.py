"""Which pool a customer belongs to, and who may do what in a pool."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from zhike.domain.customers.models import Customer
from zhike.domain.pools.models import Pool, PoolMode
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for


def pools_in_use() -> list[Pool]:
    """Active pools in the order in which they take customers."""
    return list(Pool.objects.filter(is_active=True, deletion__isnull=True).order_by("order", "pk"))


def condition_of(pool: Pool) -> Q:
    """The pool's filter as a condition on customers."""
    return compile_filter(registry.get("customer"), pool.filter or None, context_for(SYSTEM))


def customers_of(pools: Sequence[Pool], pool: Pool) -> QuerySet[Customer]:
    """Living customers that belong to the pool: its filter fits, and none of an earlier pool does."""
    rows = Customer.objects.filter(deletion__isnull=True).filter(condition_of(pool))
    for earlier in pools:
        if earlier.pk == pool.pk:
            break
        rows = rows.exclude(pk__in=Customer.objects.filter(condition_of(earlier)).values("pk"))
    return rows


def pools_of(pools: Sequence[Pool], ids: Collection[int]) -> dict[int, Pool]:
    """The pool of each of the customers, of those that belong to any; one query a pool."""
    found: dict[int, Pool] = {}
    left = set(ids)
    for pool in pools:
        if not left:
            break
        fitting = set(Customer.objects.filter(pk__in=left).filter(condition_of(pool)).values_list("pk", flat=True))
        found.update(dict.fromkeys(fitting, pool))
        left -= fitting
    return found


# Who --------------------------------------------------------------------------------------------------------------


def pools_seen(actor: Actor) -> QuerySet[Pool]:
    """Pools that the actor manages or belongs to, and all for who sees every customer anyway."""
    rows = Pool.objects.filter(deletion__isnull=True, is_active=True).order_by("order", "pk")
    if policy.scope_condition(actor, registry.get("customer"), "view") is None and policy.may(
        actor, registry.get("customer"), "view"
    ):
        return rows
    return rows.filter(_manages(actor) | _belongs(actor)).distinct()


def _manages(actor: Actor) -> Q:
    return Q(pk__in=_links("managers", "user_id", [actor.user_id or 0]))


def _belongs(actor: Actor) -> Q:
    departments = _links("departments", "department_id", sorted(actor.department_ids))
    return Q(pk__in=_links("members", "user_id", [actor.user_id or 0])) | Q(pk__in=departments)


def _links(name: str, column: str, values: Sequence[int]) -> Any:
    through = getattr(Pool, name).through
    return through.objects.filter(**{f"{column}__in": values}).values("pool_id")


def find_pool(pool_id: int, *, actor: Actor) -> Pool:
    """A pool that the actor may look into; raises NotFound."""
    found = pools_seen(actor).filter(pk=pool_id).first()
    if found is None:
        raise NotFound("pool", pool_id)
    return found


def manages(actor: Actor, pool: Pool) -> bool:
    """Whether the actor gives customers of the pool to others: its managers, and who may hand over every customer."""
    customer = registry.get("customer")
    if actor.is_system or (
        policy.may(actor, customer, "assign") and policy.scope_condition(actor, customer, "assign") is None
    ):
        return True
    return _may_write(actor) and Pool.objects.filter(_manages(actor), pk=pool.pk).exists()


def may_assign(actor: Actor, pool: Pool) -> bool:
    return pool.mode in {PoolMode.ASSIGN, PoolMode.BOTH} and manages(actor, pool)


def may_claim(actor: Actor, pool: Pool) -> bool:
    """Whether the actor takes customers from the pool: its members and managers, where members claim."""
    if actor.user_id is None or not _may_write(actor) or pool.mode not in {PoolMode.CLAIM, PoolMode.BOTH}:
        return False
    return Pool.objects.filter(_manages(actor) | _belongs(actor), pk=pool.pk).exists()


def _may_write(actor: Actor) -> bool:
    """Who may not see customers, or a token that may only read, takes none."""
    customer = registry.get("customer")
    return policy.may(actor, customer, "view") and (
        actor.token_scopes is None or actor.token_allows("customer", "edit")
    )
