"""The process of a deal beyond its stages, as a version tells it: steps that run in parallel, wait, join and branch.

A step of ``{"process": [{"key", "label", "label_en", "kind", "after": […], "join", "when", "days", "object", "via", "filter"}]}``
begins when what it comes ``after`` is done: steps by key, or a stage by ``stage:<key>``; with several, all of them or (``join``
"any") the first. Steps after the same one run in parallel. ``when`` is a filter over opportunities: where it does not hold, the
step does not apply, which is how a process branches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

#: A task for the owner, some days of waiting, or a record that must come to be such as a signed contract.
TASK, WAIT, RECORD = KINDS = ("task", "wait", "record")
STAGE = "stage:"

BAD_STEP = Problem("bad_step", _("A step of the process has no name, no kind, or days that are none."))
BAD_ORDER = Problem(
    "bad_order", _("A step of the process comes after one that is not there or that comes after itself.")
)
BAD_RECORD = Problem("bad_record", _("A step of the process waits for records that cannot be found from a deal."))


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: str
    label_en: str
    kind: str
    after: tuple[str, ...]
    needs_all: bool
    when: Mapping[str, Any] | None
    days: int | None
    #: Of RECORD: object type, its link to the customer or the deal, and what must hold of it.
    object_key: str
    via: str
    filter: Mapping[str, Any] | None

    def begins(self, done: Collection[str]) -> bool:
        """Whether enough of what it comes after is done."""
        reached = [name in done for name in self.after]
        return all(reached) if self.needs_all else any(reached)


def read_steps(definition: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a version; none where its process is the stages alone."""
    return tuple(
        Step(
            key=row["key"],
            label=row["label"],
            label_en=row.get("label_en", ""),
            kind=row["kind"],
            after=tuple(row["after"]),
            needs_all=row.get("join", "all") == "all",
            when=row.get("when") or None,
            days=row.get("days"),
            object_key=row.get("object", ""),
            via=row.get("via", ""),
            filter=row.get("filter") or None,
        )
        for row in definition.get("process", ())
    )


def step_faults(definition: Mapping[str, Any]) -> Iterator[Problem]:
    """What keeps the steps of a definition from being published."""
    steps = read_steps(definition)
    reached = {f"{STAGE}{stage['key']}" for stage in definition["stages"]}
    left = list(steps)
    # A step is reachable once everything before it is; what is left over waits for itself or for nothing that exists.
    while ready := [step for step in left if set(step.after) <= reached]:
        reached |= {step.key for step in ready}
        left = [step for step in left if step not in ready]
    if left or len({step.key for step in steps}) < len(steps) or any(not step.after for step in steps):
        yield BAD_ORDER
    for step in steps:
        yield from _faults_of(step)


def _faults_of(step: Step) -> Iterator[Problem]:
    needs_days = step.kind in {TASK, WAIT}
    if not step.label.strip() or step.kind not in KINDS or (needs_days and not 1 <= (step.days or 0) <= 3_650):
        yield BAD_STEP
    try:
        compile_filter(registry.get("opportunity"), step.when, context_for(SYSTEM))
        if step.kind == RECORD:
            yield from _faults_of_record(step)
    except BadQuery as refusal:
        yield Problem(refusal.code, refusal.message)


def _faults_of_record(step: Step) -> Iterator[Problem]:
    object_type = registry.catalogue().get(step.object_key)
    field = object_type.fields.get(step.via) if object_type is not None else None
    if object_type is None or field is None or field.type.link_targets(field) not in {"customer", "opportunity"}:
        yield BAD_RECORD
        return
    compile_filter(object_type, step.filter, context_for(SYSTEM))
