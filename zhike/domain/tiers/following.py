"""Keeps grades up to date: of touched customers within seconds, of all of them every night and with every new version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from zhike.domain.tiers import methods
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.grading import Cuts, cut_offs
from zhike.domain.tiers.models import TierChange, TierDue, TierGrade, TierOverride, TierRun, TierScheme, TierVersion
from zhike.domain.tiers.regrading import regrade, version_in_force
from zhike.domain.tiers.strategy import plan_work
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.changes import consumer
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.storage import storage

JOB = "tiers.grade_all"
#: Record ids of one transaction.
SPAN = 20_000
#: Customers graded anew at once between two looks.
AT_ONCE = 2_000
#: Records whose changes concern the customer that they link to.
FOLLOWED = {"transaction": "customer", "holding": "customer", "interaction": "customer", "task": "customer"}


@consumer("tiers")
def note_touched(changes: Sequence[Change]) -> None:
    """Remember customers that changes concern; they wait until their figures are computed."""
    _forget(
        {
            change.record_id
            for change in changes
            if change.action == Change.Action.PURGE and change.object_key == "customer"
        }
    )
    links, concerns_all = followed()
    if not links:
        return
    due: dict[int, int] = {}
    for change in changes:
        seq = change.seq or 0
        if change.object_key == "customer" and concerns_all and set(change.values or {"": ()}) != {"tier"}:
            due[change.record_id] = seq
        elif change.object_key in links:
            before = (change.values or {}).get(links[change.object_key], ())
            due.update({pk: seq for pk in before if isinstance(pk, int)})
    for key, link in links.items():
        ids = {change.record_id: change.seq or 0 for change in changes if change.object_key == key}
        if ids:
            rows: Any = policy.every_record(registry.get(key)).filter(pk__in=ids)
            due.update({pk: ids[row] for row, pk in rows.values_list("pk", link) if pk is not None})
    TierDue.objects.bulk_create(
        [TierDue(customer_id=pk, seq=seq) for pk, seq in sorted(due.items())],
        update_conflicts=True,
        unique_fields=["customer_id"],
        update_fields=["seq"],
    )


def followed() -> tuple[dict[str, str], bool]:
    """Object key → link to the customer for what the active schemes look at; whether customers themselves are among it.

    A method of another domain follows its own records alone and meets the figures at night, so that an import of customers does not
    queue everybody for it.
    """
    links: dict[str, str] = {}
    concerns_all = False
    for scheme in TierScheme.objects.filter(is_active=True):
        version = version_in_force(scheme)
        method = methods.find(version.definition["by"]) if version is not None else None
        if method is not None:
            links.update(method.follows)
        else:
            links.update(FOLLOWED)
            concerns_all = True
    return links, concerns_all


def _forget(customers: set[int]) -> None:
    """Nothing stays of customers who were finally removed."""
    if customers:
        for model in (TierGrade, TierChange, TierOverride):
            model.objects.filter(customer_id__in=customers).delete()


@scheduled("tiers.due", every=2)
def grade_due() -> int:
    """Grade the customers that wait, as far as the figures have come; returns how many."""
    if not TierDue.objects.exists():
        return 0
    done = ConsumerPosition.objects.filter(name="figures").values_list("seq", flat=True).first() or 0
    with storage().write_transaction():
        ids = list(TierDue.objects.filter(seq__lte=done).order_by("customer_id").values_list("pk", flat=True)[:AT_ONCE])
        for scheme in TierScheme.objects.filter(is_active=True):
            version = version_in_force(scheme)
            if version is not None and ids:
                regrade(version, cuts_of(version), Q(pk__in=ids))
        TierDue.objects.filter(pk__in=ids, seq__lte=done).delete()
    return len(ids)


def cuts_of(version: TierVersion) -> Cuts:
    """The cut-offs of the version's last run over everybody, so that quantiles stand still between two nights."""
    run = TierRun.objects.filter(version=version).order_by("-pk").first()
    return run.cuts if run is not None else cut_offs(read(version.definition))


@scheduled("tiers.nightly", daily_at="02:50")
def grade_all() -> None:
    """Queue the grading of everybody under every scheme."""
    queue_grading([scheme.pk for scheme in TierScheme.objects.filter(is_active=True)])


@scheduled("tiers.new_versions", every=60)
def grade_new_versions() -> None:
    """Queue schemes whose version in force has graded nobody yet."""
    fresh = []
    for scheme in TierScheme.objects.filter(is_active=True):
        version = version_in_force(scheme)
        if version is not None and not TierRun.objects.filter(version=version).exists():
            fresh.append(scheme.pk)
    queue_grading(fresh)


def queue_grading(schemes: Sequence[int]) -> None:
    """Queue schemes unless a grading waits already."""
    if schemes and not Job.objects.filter(kind=JOB, state=Job.State.QUEUED).exists():
        enqueue(JOB, {"schemes": list(schemes)})


@job(JOB)
def run_grading(run: JobRun) -> dict[str, int]:
    """Grade everybody, a range a transaction; goes on where a killed worker stopped."""
    schemes = list(TierScheme.objects.filter(pk__in=run.params["schemes"], is_active=True).order_by("pk"))
    state: dict[str, Any] = dict(run.checkpoint or {"place": 0, "first": 0, "moved": 0, "run": None})
    last = int(registry.get("customer").model._default_manager.aggregate(last=Max("pk"))["last"] or 0)
    while state["place"] < len(schemes) and not run.cancelled():
        with storage().write_transaction():
            _step(schemes[state["place"]], state, last)
            run.keep(state)
        run.progress(min(state["first"], last), last)
    return {"moved": state["moved"]}


def _step(scheme: TierScheme, state: dict[str, Any], last: int) -> None:
    version = version_in_force(scheme)
    if version is None:
        state |= {"place": state["place"] + 1, "first": 0, "run": None}
        return
    if state["run"] is None:
        _end_overrides(scheme)
        state["run"] = TierRun.objects.create(
            scheme=scheme, version=version, at=timezone.now(), cuts=cut_offs(read(version.definition))
        ).pk
    run = TierRun.objects.get(pk=state["run"])
    first = state["first"]
    state["moved"] += (moved := regrade(run.version, run.cuts, Q(pk__gte=first, pk__lt=first + SPAN)))
    run.moved += moved
    state["first"] = first + SPAN
    if state["first"] > last:
        counted = TierGrade.objects.filter(scheme=scheme).values_list("grade").annotate(Count("pk"))
        run.counts, run.is_done = dict(counted.order_by()), True
        state |= {"place": state["place"] + 1, "first": 0, "run": None}
    run.save()
    if run.is_done:
        plan_work(scheme, read(run.version.definition))


def _end_overrides(scheme: TierScheme) -> None:
    """Grades given until a day that is over hold no longer."""
    TierOverride.objects.filter(scheme=scheme, until__lt=timezone.localdate()).delete()
