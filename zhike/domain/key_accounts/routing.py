"""Puts customers into need classes by rule, and the classes' people on the customers' teams.

Everything is a difference between what ought to be and what is, so that a run that was killed goes on where it stopped and a
second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.key_accounts.choices import NeedOrigin
from zhike.domain.key_accounts.models import CustomerNeed, NeedClass, RoutedMember
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import changes, records, registry, team
from zhike.metadata.actor import SYSTEM
from zhike.metadata.filters import compile_filter
from zhike.metadata.models import Change, TeamMember
from zhike.metadata.records import Origin, Row
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

JOB = "need_classes.route"
ORIGIN = Origin("routing", "need class")
#: Customers of one transaction.
AT_ONCE = 500
#: A class with more customers than this gets its new team by the job.
AT_HAND = 2_000


@scheduled("need_classes.nightly", daily_at="03:20")
def route_nightly() -> None:
    """Queue the routing of everybody, where there are classes."""
    if NeedClass.objects.filter(deletion__isnull=True).exists():
        queue_routing()


def queue_routing() -> None:
    """Queue the routing unless it waits already."""
    if not Job.objects.filter(kind=JOB, state=Job.State.QUEUED).exists():
        enqueue(JOB, {})


@job(JOB)
def run_routing(run: JobRun) -> dict[str, int]:
    """Class by class: who comes in, who leaves, then the teams; can be stopped between any two transactions."""
    classes = list(NeedClass.objects.filter(deletion__isnull=True).order_by("pk"))
    moved = 0
    for place, need in enumerate(classes):
        while not run.cancelled():
            with storage().write_transaction():
                count = sort_some(need)
            moved += count
            if not count:
                break
        run.progress(place + 1, len(classes))
    return {"moved": moved}


def sort_some(need: NeedClass) -> int:
    """Bring up to AT_ONCE customers into a class whose rule fits, and take as many out whom it fits no more; returns how many."""
    found = CustomerNeed.objects.filter(need=need)
    fits = _fitting(need)
    inside = CustomerNeed.objects.filter(need=need, customer_id=OuterRef("pk"))
    coming = list(
        Customer.objects.filter(~Exists(inside), pk__in=fits.values("pk"))
        .order_by("pk")
        .values_list("pk", "department_id")[:AT_ONCE]
    )
    if coming:
        rows = [
            Row({"customer": pk, "need": need.pk, "origin": NeedOrigin.RULE.value, "department": home})
            for pk, home in coming
        ]
        written = records.save(registry.get("customer_need"), rows, actor=SYSTEM, origin=ORIGIN)
        if not written.ok:
            coming = []
    by_rule = found.filter(origin=NeedOrigin.RULE, deletion__isnull=True)
    leaving = dict(by_rule.exclude(customer_id__in=fits.values("pk")).values_list("pk", "customer_id")[:AT_ONCE])
    if leaving:
        # What a rule put there and took away leaves nothing in the bin.
        records.delete(registry.get("customer_need"), list(leaving), actor=SYSTEM, origin=ORIGIN)
        records.purge(registry.get("customer_need"), list(leaving), actor=SYSTEM, origin=ORIGIN)
    teams_fit([*(pk for pk, _home in coming), *leaving.values()])
    return len(coming) + len(leaving)


def _fitting(need: NeedClass) -> Any:
    """Customers whom the rule of a class fits; nobody without a rule, or once the class is out of use."""
    rows = Customer.objects.filter(deletion__isnull=True).order_by()
    if not need.is_active or not need.filter:
        return rows.none()
    return rows.filter(compile_filter(registry.get("customer"), need.filter, context_for(SYSTEM)))


def teams_fit(customers: Collection[int]) -> None:
    """Put the people of the customers' classes on their teams, and take off whom routing had put there and no class wants."""
    if not customers:
        return
    needs = CustomerNeed.objects.filter(
        customer_id__in=customers, deletion__isnull=True, need__is_active=True, need__deletion__isnull=True
    )
    members = NeedClass.people.through.objects.filter(needclass_id__in=needs.values("need_id"))
    people: dict[int, set[int]] = {}
    for need, user in members.values_list("needclass_id", "user_id"):
        people.setdefault(need, set()).add(user)
    editors = set(NeedClass.objects.filter(pk__in=people, team_edits=True).values_list("pk", flat=True))
    wanted: dict[tuple[int, int], bool] = {}
    for customer, need in needs.values_list("customer_id", "need_id"):
        for user in people.get(need, ()):
            wanted[customer, user] = wanted.get((customer, user), False) or need in editors
    _write(set(customers), wanted)


def _write(customers: set[int], wanted: dict[tuple[int, int], bool]) -> None:
    routed = set(RoutedMember.objects.filter(customer_id__in=customers).values_list("customer_id", "user_id"))
    on_team = TeamMember.objects.filter(object_key="customer", record_id__in=customers)
    there = set(on_team.values_list("record_id", "user_id"))
    now = timezone.now()
    fresh = sorted(wanted.keys() - there)
    TeamMember.objects.bulk_create(
        TeamMember(
            object_key="customer",
            record_id=customer,
            user_id=user,
            access=TeamMember.Access.EDIT if wanted[customer, user] else TeamMember.Access.VIEW,
            added_at=now,
        )
        for customer, user in fresh
    )
    RoutedMember.objects.bulk_create(RoutedMember(customer_id=customer, user_id=user) for customer, user in fresh)
    over = routed - wanted.keys()
    for user in {user for _customer, user in over}:
        theirs = [customer for customer, member in over if member == user]
        TeamMember.objects.filter(object_key="customer", user_id=user, record_id__in=theirs).delete()
        RoutedMember.objects.filter(user_id=user, customer_id__in=theirs).delete()
    customer_type = registry.get("customer")
    for customer in sorted({customer for customer, _user in [*fresh, *over]}):
        team.tell(customer_type, customer)


@changes.consumer("need_routing")
def follow(sealed: Sequence[Change]) -> None:
    """Teams follow at once when somebody puts a customer into a class or takes it out, or changes the people of a class."""
    needs = {change.record_id for change in sealed if change.object_key == "customer_need"}
    classes = {change.record_id for change in sealed if change.object_key == "needclass"}
    touched = set(CustomerNeed.objects.filter(pk__in=needs).values_list("customer_id", flat=True))
    for change in sealed:
        if change.object_key == "customer_need":
            touched |= {pk for pk in (change.values or {}).get("customer", ()) if isinstance(pk, int)}
    if classes:
        rows = CustomerNeed.objects.filter(need_id__in=classes).values_list("customer_id", flat=True)
        touched |= set(rows.order_by("customer_id")[:AT_HAND])
        queue_routing()
    for start in range(0, len(touched), AT_ONCE):
        teams_fit(sorted(touched)[start : start + AT_ONCE])
