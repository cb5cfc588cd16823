"""Data quality in the demo: verified and dead numbers, records that nobody looked at for long, and weeks of figures behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.quality.inspecting import inspection_start, item_judge
from zhike.domain.quality.models import InspectionItem, QualitySnapshot
from zhike.domain.quality.scoring import refresh
from zhike.domain.quality.snapshots import WEEKS, figures, monday
from zhike.engines.verification.marking import Finding, write_findings
from zhike.engines.verification.models import Means, State
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.storage import storage

INSPECTOR, INSPECTED = "linxiaoyan", "zhaojianguo"
#: Of ten customers with a phone so many are verified, and every so-manieth number is dead.
VERIFIED_OF_TEN, DEAD_EVERY = 6, 17
SAMPLE, SEED = 6, 2026


def quality(people: Mapping[Any, int], actor_of: Callable[[User], Actor], today: date) -> None:
    """Findings about phones, scores, an inspection, and a slow improvement over the last weeks; ``people`` by user name."""
    with storage().write_transaction():
        _verify()
        refresh(Q())
        _weeks(today)
    if INSPECTOR in people and INSPECTED in people:
        _inspect(people[INSPECTED], actor_of(User.objects.get(pk=people[INSPECTOR])))


def _verify() -> None:
    customers = Customer.objects.filter(deletion__isnull=True).order_by("pk")
    held = [(pk, owner, phones) for pk, owner, phones in customers.values_list("pk", "owner", "phones") if phones]
    right = [found for place, found in enumerate(held) if place % 10 < VERIFIED_OF_TEN and place % DEAD_EVERY]
    wrong = [found for place, found in enumerate(held) if place % DEAD_EVERY == DEAD_EVERY - 1]
    object_type = registry.get("customer")
    for found, state in ((right, State.VERIFIED), (wrong, State.INVALID)):
        for owner in sorted({owner for _pk, owner, _phones in found if owner}):
            findings = [Finding(pk, "phones", phones[0], state) for pk, of, phones in found if of == owner]
            write_findings(object_type, findings, means=Means.CALL, by=owner)


def _weeks(today: date) -> None:
    """The figures of today, a little worse with every week back."""
    rows = []
    for found in figures():
        for back in range(1, WEEKS):
            rows.append(
                QualitySnapshot(
                    week=monday(today) - timedelta(weeks=back),
                    user_id=found.user_id,
                    customers=found.customers,
                    score_sum=max(0, found.score_sum - 2 * back * found.scored),
                    scored=found.scored,
                    verified=max(0, found.verified - back),
                    reachable=found.reachable,
                    overdue=found.overdue + back,
                    stale=found.stale + back,
                )
            )
    QualitySnapshot.objects.bulk_create(rows, ignore_conflicts=True)


def _inspect(inspected: int, inspector: Actor) -> None:
    """An inspection that is half done."""
    if not Customer.objects.filter(owner=inspected, deletion__isnull=True).exists():
        return
    made = inspection_start(inspected, SAMPLE, actor=inspector, seed=SEED)
    items = list(InspectionItem.objects.filter(inspection=made).order_by("pk").values_list("pk", flat=True))
    for place, pk in enumerate(items[: len(items) // 2]):
        item_judge(made.pk, pk, "wrong" if place % 9 == 4 else "right", actor=inspector)
