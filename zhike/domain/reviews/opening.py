"""Opening a cycle: one row for each customer of the tiers that are due, with the figures of the day, a batch a transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.reviews.models import CycleState, Review, ReviewCycle, ReviewPolicy, ReviewState
from zhike.domain.reviews.models.policy import NO_TIER
from zhike.domain.reviews.policies import policy_in_force, tiers_due
from zhike.domain.reviews.rules import Bounds, proposed_class, trend_of
from zhike.domain.trade.choices import TransactionKind
from zhike.domain.trade.models import HoldingFigures, PurchaseFigures, Transaction
from zhike.engines.working_time.services import add_working_days
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.filters import compile_filter
from zhike.metadata.records import Origin, Row, record_save
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

#: Customers of one transaction.
AT_ONCE = 2_000
#: Reviews closed in one transaction.
CLOSED_AT_ONCE = 500
ORIGIN = Origin("reviews")
#: Called inside each transaction with how many were made and the last id, from which a successor goes on.
Keep = Callable[[int, int], None]


def cycle_begin(day: date, *, seed: int | None = None) -> ReviewCycle | None:
    """The cycle of the day, made if tiers are due and not there yet; None without a policy or anything due.

    ``seed`` decides which reviews are sampled for a second look; by chance as a rule.

    Two workers make one: the second finds the first's. Raises YearNotKnown before anything is written.
    """
    policy = policy_in_force(day)
    if policy is None:
        return None
    with storage().write_transaction():
        storage().lock_key("review cycle")
        waiting = ReviewCycle.objects.filter(state=CycleState.OPENING, deletion__isnull=True).first()
        if waiting is not None:
            return waiting
        tiers = tiers_due(policy, day)
        if not tiers or ReviewCycle.objects.filter(opened_on=day).exists():
            return None
        values = {
            "name": day.isoformat(),
            "opened_on": day,
            "due_on": add_working_days(day, policy.deadline_days),
            "policy": policy.pk,
            "tiers": tiers,
            "state": CycleState.OPENING.value,
            "seed": secrets.randbits(31) if seed is None else seed,
        }
        pk = record_save(registry.get("review_cycle"), values, actor=SYSTEM, origin=ORIGIN)
    return ReviewCycle.objects.get(pk=pk)


# Closing what came before -----------------------------------------------------------------------------------------


def earlier_cycles(cycle: ReviewCycle) -> list[ReviewCycle]:
    """Open cycles that cover a tier of this one: they end when it begins."""
    rows = ReviewCycle.objects.filter(state=CycleState.OPEN, deletion__isnull=True).exclude(pk=cycle.pk)
    return [row for row in rows.order_by("pk") if set(row.tiers or ()) & set(cycle.tiers or ())]


def close_some(cycle: ReviewCycle) -> int:
    """Mark up to CLOSED_AT_ONCE reviews that nobody did as missed and finish the cycle at their end; returns how many there were."""
    due = Review.objects.filter(cycle=cycle, state=ReviewState.DUE, deletion__isnull=True)
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:CLOSED_AT_ONCE])
    with storage().write_transaction():
        if ids:
            rows = [Row({"state": ReviewState.MISSED.value}, id=pk) for pk in ids]
            records.save(registry.get("review"), rows, actor=SYSTEM, origin=ORIGIN, partial=True)
        else:
            cycle_finish(cycle)
    return len(ids)


def cycle_finish(cycle: ReviewCycle) -> None:
    """The cycle's report stands still from now on; what lies in the bin is missed as well, since it may come back."""
    Review.objects.filter(cycle=cycle, state=ReviewState.DUE).update(state=ReviewState.MISSED)
    values = {"state": CycleState.FINISHED.value, "finished_at": timezone.now()}
    record_save(registry.get("review_cycle"), values, id=cycle.pk, actor=SYSTEM, origin=ORIGIN)


# Opening ----------------------------------------------------------------------------------------------------------


def in_tiers(tiers: Iterable[str]) -> Q:
    """Customers of these tiers, NO_TIER standing for those without one."""
    listed = set(tiers)
    named = Q(tier__in=sorted(listed - {NO_TIER}))
    return named | Q(tier__isnull=True) if NO_TIER in listed else named


def population(cycle: ReviewCycle) -> Any:
    """Living customers with an owner in the tiers of the cycle, neither too new nor under review already."""
    newest = timezone.now() - timedelta(days=cycle.policy.new_days)
    here = Q(cycle=cycle) | Q(state=ReviewState.DUE, deletion__isnull=True)
    other = Review.objects.filter(here, customer=OuterRef("pk"))
    rows = Customer.objects.filter(in_tiers(cycle.tiers or ()), deletion__isnull=True, owner__isnull=False)
    return rows.filter(created_at__lte=newest).exclude(Exists(other))


def open_some(cycle: ReviewCycle, after: int, keep: Keep) -> tuple[int, int]:
    """Make the reviews of up to AT_ONCE customers with ids above ``after``: (how many, the last id, 0 when there are no more)."""
    with storage().write_transaction():
        rows = population(cycle).filter(pk__gt=after).order_by("pk")
        found = list(rows.values_list("pk", "owner_id", "tier", "stage", "risk")[:AT_ONCE])
        if not found:
            return 0, 0
        facts = _facts(cycle, [row[0] for row in found])
        sorts = _sorts(cycle.policy, found[0][0], found[-1][0])
        Review.objects.bulk_create(_reviews(cycle, found, facts, sorts), batch_size=500)
        keep(len(found), found[-1][0])
    return len(found), found[-1][0]


def _reviews(
    cycle: ReviewCycle, found: Sequence[Any], facts: Mapping[int, dict[str, Any]], sorts: Mapping[str, set[int]]
) -> Iterable[Review]:
    now, bounds = timezone.now(), Bounds.of(cycle.policy)
    for pk, owner, tier, stage, risk in found:
        given = {**facts[pk], "tier": tier, "stage": stage, "risk": risk}
        trend = trend_of(given["amount_now"], given["amount_before"], bounds)
        yield Review(
            name=cycle.name,
            customer_id=pk,
            cycle_id=cycle.pk,
            reviewer_id=owner,
            due_on=cycle.due_on,
            trend=trend,
            facts=given,
            proposed=proposed_class(trend, is_important=pk in sorts["important"], is_at_risk=pk in sorts["risk"]),
            created_at=now,
            updated_at=now,
        )


def _sorts(policy: ReviewPolicy, first: int, last: int) -> dict[str, set[int]]:
    """Customers of a range of ids whom the policy's filters find; without a filter none."""
    rows = Customer.objects.filter(pk__gte=first, pk__lte=last, deletion__isnull=True)
    context = context_for(SYSTEM)
    found: dict[str, set[int]] = {}
    for name, given in (("important", policy.important_filter), ("risk", policy.risk_filter)):
        condition = compile_filter(registry.get("customer"), given, context) if given else None
        found[name] = set() if condition is None else set(rows.filter(condition).values_list("pk", flat=True))
    return found


def _facts(cycle: ReviewCycle, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Figures by customer: of the two windows by one grouping, the others as last computed."""
    found: dict[int, dict[str, Any]] = {
        pk: {"amount_now": 0, "amount_before": 0, "days_now": 0, "days_before": 0} for pk in ids
    }
    for row in window_amounts(ids, cycle.opened_on, cycle.policy.window_days):
        found[row.pop("customer_id")].update({key: value or 0 for key, value in row.items()})
    for model, columns in (
        (PurchaseFigures, ("net_amount",)),
        (HoldingFigures, ("product_count", "asset_balance", "loan_balance")),
    ):
        rows: Any = model._default_manager.filter(pk__gte=ids[0], pk__lte=ids[-1])
        for row in rows.values("pk", *columns):
            if row["pk"] in found:
                found[row["pk"]].update({key: row[key] for key in columns})
    return found


def window_amounts(ids: Sequence[int], day: date, days: int) -> Any:
    """Net amount and days with purchases in the window that ends the day before ``day``, and in the window before it."""
    middle, start = day - timedelta(days=days), day - timedelta(days=2 * days)
    now, before = Q(day__gte=middle), Q(day__lt=middle)
    bought = Q(kind=TransactionKind.PURCHASE)
    rows = Transaction.objects.filter(
        customer_id__gte=ids[0], customer_id__lte=ids[-1], deletion__isnull=True, day__gte=start, day__lt=day
    )
    wanted = set(ids)
    sums = (
        rows.order_by()
        .values("customer_id")
        .annotate(
            amount_now=Sum("amount", filter=now),
            amount_before=Sum("amount", filter=before),
            days_now=Count("day", filter=now & bought, distinct=True),
            days_before=Count("day", filter=before & bought, distinct=True),
        )
    )
    return [row for row in sums if row["customer_id"] in wanted]
