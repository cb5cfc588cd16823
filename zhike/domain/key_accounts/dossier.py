"""Key accounts within somebody's sight, and the dossier of one: all that is known of it, by kind, with how far it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from zhike.domain.key_accounts.accounts import candidates
from zhike.domain.key_accounts.choices import AccountState, GoalState, NoteState
from zhike.domain.key_accounts.models import AccountGoal, IntelligenceNote, KeyAccount, KeyAccountRule, ReviewMeeting
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor

MOST_ACCOUNTS = 200
MOST_CANDIDATES = 20
MOST_NOTES = 100
MOST_MEETINGS = 12
#: Counting goes no further.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule with the first customers whom it proposes; ``count`` goes up to MOST_COUNTED."""

    rule: KeyAccountRule
    count: int
    customers: Sequence[Mapping[str, Any]]


def accounts_seen(actor: Actor) -> list[KeyAccount]:
    """Active key accounts, those whose review comes first on top."""
    seen: Any = policy.queryset_for(actor, registry.get("key_account"))
    rows = seen.filter(state=AccountState.ACTIVE)
    return list(rows.select_related("customer").order_by("next_review_on", "pk")[:MOST_ACCOUNTS])


def open_goals(customers: Sequence[int]) -> dict[int, list[int]]:
    """Progress in per cent of the open goals, by customer."""
    progress: Any = registry.get("account_goal").field("progress").computed
    rows = AccountGoal.objects.filter(customer_id__in=customers, state=GoalState.OPEN, deletion__isnull=True)
    found: dict[int, list[int]] = {}
    for pk, percent in (
        rows.annotate(_progress=progress()).values_list("customer_id", "_progress").order_by("ends_on", "pk")
    ):
        found.setdefault(pk, []).append(percent)
    return found


def notes_to_confirm(customers: Sequence[int]) -> dict[int, int]:
    """How many notes ask for confirmation, by customer."""
    rows = IntelligenceNote.objects.filter(customer_id__in=customers, state=NoteState.STALE, deletion__isnull=True)
    return dict(rows.order_by().values_list("customer_id").annotate(Count("pk")))


def proposals(actor: Actor) -> list[Proposal]:
    """What the rules in use propose among the customers whom the actor sees."""
    customers = registry.get("customer")
    shown = [
        customers.field(key)
        for key in ("net_amount", "profit", "cooperation_since")
        if policy.comparable(actor, customers, customers.field(key))
    ]
    found = []
    for rule in KeyAccountRule.objects.filter(is_active=True, deletion__isnull=True).order_by("pk"):
        rows = candidates(rule, actor).order_by()
        values = rows.annotate(**{f"_{field.key}": field.type.expression(field) for field in shown})
        first = list(
            values.order_by("pk").values("pk", "name", *(f"_{field.key}" for field in shown))[:MOST_CANDIDATES]
        )
        count = len(first) if len(first) < MOST_CANDIDATES else len(rows.values_list("pk")[:MOST_COUNTED])
        found.append(Proposal(rule, count, first))
    return found


@dataclass(frozen=True, slots=True)
class Dossier:
    """All about one key customer; ``notes`` the newest first, archived ones last."""

    account: KeyAccount | None
    goals: list[Any]
    notes: list[IntelligenceNote]
    meetings: list[ReviewMeeting]


def dossier(customer: int) -> Dossier:
    """The dossier of a customer whom the reader was found to see: what it holds follows the customer's rights."""
    progress: Any = registry.get("account_goal").field("progress").computed
    account = KeyAccount.objects.filter(customer_id=customer, deletion__isnull=True).order_by("state", "-pk").first()
    goals = AccountGoal.objects.filter(customer_id=customer, deletion__isnull=True).annotate(percent=progress())
    since = timezone.localdate() - timedelta(days=730)
    notes = IntelligenceNote.objects.filter(customer_id=customer, deletion__isnull=True, noted_on__gte=since)
    meetings = ReviewMeeting.objects.filter(customer_id=customer, deletion__isnull=True).order_by("-held_on", "-pk")
    return Dossier(
        account=account,
        goals=list(goals.order_by("-ends_on")[:MOST_MEETINGS]),
        notes=list(notes.select_related("competitor").order_by("-noted_on", "-pk")[:MOST_NOTES]),
        meetings=list(meetings[:MOST_MEETINGS]),
    )
