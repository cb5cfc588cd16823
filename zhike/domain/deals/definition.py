"""What a version of a pipeline says: its stages in order, and what each demands.

The definition is JSON: ``{"stages": [{"key", "label", "label_en", "tone", "probability", "age_days", "duty", "duty_en",
"role", "enter": {"required": […], "filter": {…}}, "leave": {…}, "checklist": [{"key", "label", "label_en"}], "moves": […],
"wins", "task": {"title", "days"}, "after": {"days", "to"}}]}``. ``read`` makes dataclasses of it, ``faults`` says what is
wrong with one that somebody designed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.fields.choice_option import TONES
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

MOST_STAGES = 20
MOST_ITEMS = 12
OWN_WORDS = ("me", "my_department", "my_department_and_below")

NO_STAGES = Problem("required", _("A pipeline has two stages at least."))
TOO_MANY = Problem("too_many", _("A pipeline has at most 20 stages, and a checklist at most 12 items."))
NAME_MISSING = Problem("required", _("Give every stage and every item of a checklist a name."))
TWICE = Problem("taken", _("Two stages or two items of a checklist have the same key."))
UNKNOWN_STAGE = Problem("unknown_stage", _("A rule names a stage that is not there."))
UNKNOWN_FIELD = Problem("unknown_field", _("A rule names a field that opportunities do not have."))
BAD_NUMBER = Problem("bad_number", _("Days are whole numbers from 1 to 3650, a probability from 0 to 100."))
NO_OPEN_STAGE = Problem("no_open_stage", _("The first stage cannot be one that wins."))
NOT_BY_READER = Problem(
    "not_by_reader", _("A rule is the same for everybody: a condition with “me” or “my department” cannot be used.")
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a stage's checklist; ``key`` is unique over all pipelines."""

    key: str
    label: str
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold to come into a stage, or to go on from it: fields that are filled, and a filter."""

    required: tuple[str, ...] = ()
    filter: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage with its demands; ``place`` is its position among the stages."""

    key: str
    label: str
    place: int
    label_en: str = ""
    tone: str = "blue"
    probability: int = 0
    #: Days after which a deal has stood here too long.
    age_days: int | None = None
    duty: str = ""
    duty_en: str = ""
    #: Key of the role whose work the stage is.
    role: str = ""
    enter: Gate = Gate()
    leave: Gate = Gate()
    checklist: tuple[Item, ...] = ()
    #: Stages that one may move to; None: to any.
    moves: tuple[str, ...] | None = None
    #: Coming here wins the deal.
    wins: bool = False
    #: A task for the owner on coming here: title and days until it is due.
    task: tuple[str, int] | None = None
    #: After so many days here it moves on by itself, to the stage named.
    after: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    stages: tuple[Stage, ...] = dataclass_field(default_factory=tuple)

    def stage(self, key: str | None) -> Stage | None:
        return next((stage for stage in self.stages if stage.key == key), None)

    @property
    def winning(self) -> Stage | None:
        """The stage that a won deal stands in, where the pipeline has one."""
        return next((stage for stage in self.stages if stage.wins), None)


def read(definition: Mapping[str, Any]) -> Definition:
    """The definition of a version; it was checked when it was published."""
    return Definition(tuple(_stage(row, place) for place, row in enumerate(definition["stages"])))


def _stage(row: Mapping[str, Any], place: int) -> Stage:
    task, after = row.get("task"), row.get("after")
    return Stage(
        key=row["key"],
        label=row["label"],
        place=place,
        label_en=row.get("label_en", ""),
        tone=row.get("tone", "blue"),
        probability=row.get("probability", 0),
        age_days=row.get("age_days"),
        duty=row.get("duty", ""),
        duty_en=row.get("duty_en", ""),
        role=row.get("role", ""),
        enter=_gate(row.get("enter")),
        leave=_gate(row.get("leave")),
        checklist=tuple(
            Item(found["key"], found["label"], found.get("label_en", "")) for found in row.get("checklist", ())
        ),
        moves=None if row.get("moves") is None else tuple(row["moves"]),
        wins=bool(row.get("wins")),
        task=(task["title"], task["days"]) if task else None,
        after=(after["days"], after["to"]) if after else None,
    )


def _gate(row: Mapping[str, Any] | None) -> Gate:
    return Gate(tuple((row or {}).get("required", ())), (row or {}).get("filter") or None)


# Checking ---------------------------------------------------------------------------------------------------------


def faults(definition: Definition) -> list[Problem]:
    """What is wrong with a definition, each thing once; nothing when it can be published."""
    stages = definition.stages
    if len(stages) < 2:
        return [NO_STAGES]
    found: dict[str, Problem] = {}
    for problem in _faults(stages):
        found.setdefault(f"{problem.code} {problem.message}", problem)
    return list(found.values())


def _faults(stages: Sequence[Stage]) -> Iterator[Problem]:
    keys = [stage.key for stage in stages]
    items = [item.key for stage in stages for item in stage.checklist]
    if len(stages) > MOST_STAGES or any(len(stage.checklist) > MOST_ITEMS for stage in stages):
        yield TOO_MANY
    if len(set(keys)) < len(keys) or len(set(items)) < len(items):
        yield TWICE
    if stages[0].wins:
        yield NO_OPEN_STAGE
    for stage in stages:
        yield from _faults_of(stage, set(keys))


def _faults_of(stage: Stage, keys: set[str]) -> Iterator[Problem]:
    if not stage.label.strip() or any(not item.label.strip() for item in stage.checklist):
        yield NAME_MISSING
    days = [stage.age_days, stage.task and stage.task[1], stage.after and stage.after[0]]
    if not 0 <= stage.probability <= 100 or any(given is not None and not 1 <= given <= 3_650 for given in days):
        yield BAD_NUMBER
    named = {*(stage.moves or ()), *([stage.after[1]] if stage.after else [])}
    if named - keys or stage.tone not in TONES:
        yield UNKNOWN_STAGE
    for gate in (stage.enter, stage.leave):
        yield from _faults_of_gate(gate)


def _faults_of_gate(gate: Gate) -> Iterator[Problem]:
    opportunity = registry.get("opportunity")
    if any(key not in opportunity.fields or opportunity.fields[key].retired for key in gate.required):
        yield UNKNOWN_FIELD
    try:
        compile_filter(opportunity, gate.filter, context_for(SYSTEM))
    except BadQuery as refusal:
        yield Problem(refusal.code, refusal.message)
    text = str(gate.filter).replace("'", '"')
    if any(f'"{word}"' in text for word in OWN_WORDS):
        yield NOT_BY_READER
