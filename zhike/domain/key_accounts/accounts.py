"""Making a customer a key account, and keeping its reviews going."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.domain.activities.choices import TaskKind, TaskStatus
from zhike.domain.activities.models import Task
from zhike.domain.customers.models import Customer
from zhike.domain.key_accounts.choices import AccountState
from zhike.domain.key_accounts.models import KeyAccount, KeyAccountRule, ReviewMeeting
from zhike.domain.key_accounts.models.account import REVIEW_EVERY
from zhike.jobs.scheduler import scheduled
from zhike.metadata import changes, policy, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.filters import compile_filter
from zhike.metadata.models import Change
from zhike.metadata.records import Origin, Row
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

ALREADY = Problem("already", gettext_lazy("This customer is a key account already."))
#: Days before a review on which its task appears.
DAYS_AHEAD = 7
AT_ONCE = 500
ORIGIN = Origin("key_accounts", "review")


def candidates(rule: KeyAccountRule, actor: Actor) -> QuerySet[Any]:
    """Customers within sight whom the rule fits and who are no key accounts yet."""
    active = KeyAccount.objects.filter(customer_id=OuterRef("pk"), state=AccountState.ACTIVE, deletion__isnull=True)
    customers = registry.get("customer")
    fits = compile_filter(customers, rule.filter or None, context_for(SYSTEM))
    found: QuerySet[Any] = policy.queryset_for(actor, customers).filter(fits, ~Exists(active))
    return found


def key_account_start(ids: Sequence[int], *, actor: Actor, why: str) -> None:
    """Make customers key accounts with the reason; the customer's owner leads. Raises NotFound or Invalid."""
    with storage().write_transaction():
        rows: Any = policy.queryset_for(actor, registry.get("customer"), "edit").filter(pk__in=ids)
        found = {row.pk: row for row in rows.only("pk", "name", "owner_id", "department_id")}
        if missing := set(ids) - found.keys():
            raise NotFound("customer", min(missing))
        active = KeyAccount.objects.filter(customer_id__in=ids, state=AccountState.ACTIVE, deletion__isnull=True)
        if active.exists():
            raise Invalid({"": [ALREADY]})
        today = timezone.localdate()
        made = [
            Row(
                {
                    "customer": pk,
                    "title": row.name,
                    "since": today,
                    "why": why.strip(),
                    "owner": row.owner_id or actor.user_id,
                    "department": row.department_id,
                    "next_review_on": today + timedelta(days=REVIEW_EVERY),
                }
            )
            for pk, row in sorted(found.items())
        ]
        for written in records.save(registry.get("key_account"), made, actor=on_behalf(actor)).rows:
            if written.problems:
                raise Invalid(written.problems)


@changes.consumer("key_account_reviews")
def follow(sealed: Sequence[Change]) -> None:
    """A meeting sets the day of the next one: the day that its minutes name, or the account's own rhythm."""
    ids = {
        change.record_id
        for change in sealed
        if change.object_key == "review_meeting" and change.action in {Change.Action.CREATE, Change.Action.UPDATE}
    }
    if not ids:
        return
    meetings = ReviewMeeting.objects.filter(pk__in=ids, deletion__isnull=True).order_by("held_on", "pk")
    latest = {row.customer_id: row for row in meetings}
    newer = ReviewMeeting.objects.filter(customer_id__in=latest, deletion__isnull=True).order_by("held_on", "pk")
    latest.update({row.customer_id: row for row in newer})
    accounts = KeyAccount.objects.filter(customer_id__in=latest, state=AccountState.ACTIVE, deletion__isnull=True)
    rows = []
    for account in accounts:
        meeting = latest[account.customer_id]
        day = meeting.next_on or meeting.held_on + timedelta(days=account.review_every)
        if account.next_review_on != day:
            rows.append(Row({"next_review_on": day}, id=account.pk))
    if rows:
        records.save(registry.get("key_account"), rows, actor=SYSTEM, origin=ORIGIN)


@scheduled("key_accounts.reviews", daily_at="07:10")
def plan_reviews() -> int:
    """A task to prepare each review that comes within a week, one while it is open; returns how many."""
    today = timezone.localdate()
    planned = Task.objects.filter(
        customer_id=OuterRef("customer_id"), kind=TaskKind.MEETING, status=TaskStatus.OPEN, deletion__isnull=True
    )
    due = KeyAccount.objects.filter(
        ~Exists(planned),
        state=AccountState.ACTIVE,
        deletion__isnull=True,
        owner__isnull=False,
        next_review_on__lte=today + timedelta(days=DAYS_AHEAD),
    ).order_by("next_review_on", "pk")[:AT_ONCE]
    with storage().write_transaction():
        tasks = [
            Row(
                {
                    "title": _("Business review with the key account"),
                    "kind": TaskKind.MEETING.value,
                    "customer": account.customer_id,
                    "owner": account.owner_id,
                    "due_at": timezone.make_aware(datetime.combine(account.next_review_on or today, time(10))),
                }
            )
            for account in due
        ]
        if tasks:
            records.save(registry.get("task"), tasks, actor=SYSTEM, origin=ORIGIN)
    return len(tasks)


registry.action(
    Customer,
    key="key_account_start",
    label=gettext_lazy("Make it a key account"),
    permission="edit",
    icon="star",
    is_rare=True,
    arguments=(
        Field(
            key="why", type=field_type("text"), label=gettext_lazy("reason"), required=True, options={"max_length": 300}
        ),
    ),
)(key_account_start)
