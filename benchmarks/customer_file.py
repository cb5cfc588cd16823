"""The work of the customer file that ``benchmarks.chores`` takes the time of; each says in words what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from django.utils import timezone

from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.pools.belonging import pools_in_use
from zhike.domain.pools.rules import due_for_recall
from zhike.domain.tiers.following import grade_all
from zhike.domain.tiers.schemes import default_definition, preview
from zhike.engines.duplicates.hints import hints
from zhike.engines.duplicates.scanning import scan
from zhike.engines.figures.figure_table import tables
from zhike.engines.figures.following import refresh_all
from zhike.engines.figures.refreshing import refresh
from zhike.engines.figures.table_refresh import refresh_table, refresh_tables
from zhike.engines.working_time.services import working_calendar
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.columns import plain_values
from zhike.metadata.saving import context_for

SAMPLES = 200
WARMING = 10


def while_typing() -> str:
    """Names of customers that are there, without their last character, with their phones, as a salesperson types them."""
    customer, person = registry.get("customer"), actor_for(User.objects.get(username="sales_1_1"))
    if person is None:
        return "nobody signs in"
    context = context_for(person)

    def ask(values: Mapping[str, Any]) -> None:
        hints(customer, values, context=context)

    return spread(ask, [typed(plain_values(customer, row)) for row in sampled().values()])


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a customer stands in the form while it is written."""
    kept = {key: values[key] for key in ("kind", "name", "phones", "region") if values.get(key)}
    return {**kept, "name": str(values["name"])[:-1]}


def figures_of_one() -> str:
    """The figures of one customer, as after each change."""

    def make(pk: int) -> None:
        refresh("customer", [pk])
        for table in tables("customer"):
            refresh_table(table, [pk])

    return spread(make, list(sampled().values_list("pk", flat=True)))


def figures_of_all() -> str:
    """All figures of all customers, as every night."""
    refresh_all()
    refresh_tables()
    return worked_off()


def recall() -> str:
    """How many each pool would take back tomorrow."""
    pools, day = pools_in_use(), timezone.localdate() + timedelta(days=1)
    calendar = working_calendar()
    return ", ".join(f"{pool}: {due_for_recall(pools, pool, day, calendar).count()}" for pool in pools) or "no pool"


def moving() -> str:
    """Who would move if the scheme that is proposed to begin with were put in force."""
    found = preview(None, default_definition(), actor=SYSTEM)
    return f"{found.moving:,} of {found.population:,} would move"


def search() -> str:
    """Pairs that are probably the same, over the whole base."""
    scan(registry.get("customer"), actor=SYSTEM)
    return worked_off()


def grading() -> str:
    """The grade of every customer by every scheme in force."""
    grade_all()
    return worked_off()


CHORES: Mapping[str, Callable[[], str]] = {
    "hint while typing": while_typing,
    "figures of one": figures_of_one,
    "figures of all": figures_of_all,
    "recall of tomorrow": recall,
    "preview of tiers": moving,
    "search for duplicates": search,
    "grading": grading,
}


def sampled() -> Any:
    """Customers from all over the base."""
    last = Customer.objects.latest("pk").pk
    wanted = [last * place // SAMPLES for place in range(1, SAMPLES + 1)]
    return Customer.objects.filter(pk__in=wanted, deletion__isnull=True)


def spread(ask: Callable[[Any], None], samples: Iterable[Any]) -> str:
    """Milliseconds of each, the first ones only warming up."""
    taken = []
    for sample in samples:
        started = time.monotonic()
        ask(sample)
        taken.append((time.monotonic() - started) * 1000)
    taken = taken[WARMING:]
    return f"median {median(taken):.1f} ms, p95 {quantiles(taken, n=20)[-1]:.1f} ms over {len(taken)}"


def worked_off() -> str:
    """Run what is queued; the jobs with what each counted."""
    waiting = list(Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True))
    work_off()
    return "; ".join(f"{job.kind} {job.state} {job.result}" for job in Job.objects.filter(pk__in=waiting))
