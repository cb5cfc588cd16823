"""Which record stays, and which value of each field: the proposal, with its reason, and what a person chose instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType, Values

#: In place of a record's id: the values of all records together.
ALL = "all"

#: Field key → id of the record whose value is taken, or ALL.
Choices = Mapping[str, int | str]


class Why(StrEnum):
    """Why a value is proposed."""

    SAME = "same"
    ONLY = "only"
    TOGETHER = "together"
    STAYS = "stays"
    LONGEST = "longest"
    LATEST = "latest"
    STRICTEST = "strictest"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the records to be merged: plain values by field key, and when it was last changed."""

    id: int
    values: Values
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field's proposed value: ``source`` is the record that it comes from, or ALL."""

    field: Field
    source: int | str
    why: Why

    @property
    def is_open(self) -> bool:
        """Whether a person might choose otherwise."""
        return self.why not in {Why.SAME, Why.ONLY, Why.STRICTEST}


#: Takes the values of all records and gives the one that the merged record must have, whatever a person chooses.
Rule = Callable[[Sequence[Any]], Any]
_rules: dict[tuple[str, str], Rule] = {}


def value_rule(object_key: str, field_key: str) -> Callable[[Rule], Rule]:
    """Register the rule of a field that nobody may choose, such as consent, of which the strictest holds (PIPL)."""

    def register(rule: Rule) -> Rule:
        _rules[object_key, field_key] = rule
        return rule

    return register


def best_survivor(object_type: ObjectType, candidates: Sequence[Candidate]) -> int:
    """The record that knows most; of several the oldest."""

    def worth(candidate: Candidate) -> tuple[int, int]:
        filled = sum(candidate.values.get(field.key) is not None for field in mergeable(object_type))
        return -filled, candidate.id

    return min(candidates, key=worth).id


def mergeable(object_type: ObjectType) -> list[Field]:
    """Fields of which a value is chosen."""
    return [field for field in object_type.writable_fields if field.computed is None]


def proposals(object_type: ObjectType, candidates: Sequence[Candidate], survivor: int) -> list[Proposal]:
    """A proposal for each field that any of the records has."""
    found = (_propose(object_type, field, candidates, survivor) for field in mergeable(object_type))
    return [proposal for proposal in found if proposal is not None]


def _propose(object_type: ObjectType, field: Field, candidates: Sequence[Candidate], survivor: int) -> Proposal | None:
    holders = [candidate for candidate in candidates if candidate.values.get(field.key) is not None]
    if not holders:
        return None
    first = next((holder for holder in holders if holder.id == survivor), holders[0])
    if (object_type.key, field.key) in _rules:
        return Proposal(field, ALL, Why.STRICTEST)
    if len(holders) == 1:
        return Proposal(field, first.id, Why.ONLY)
    if all(holder.values[field.key] == first.values[field.key] for holder in holders):
        return Proposal(field, first.id, Why.SAME)
    if field.type.multiple:
        return Proposal(field, ALL, Why.TOGETHER)
    if field.key in {"owner", "department"} or field.unique:
        return Proposal(field, first.id, Why.STAYS)
    if object_type.identity is not None and field.key in object_type.identity.names:
        longest = max(holders, key=lambda holder: (len(str(holder.values[field.key])), holder.id == survivor))
        return Proposal(field, longest.id, Why.LONGEST)
    latest = max(holders, key=lambda holder: (holder.updated_at, holder.id == survivor))
    return Proposal(field, latest.id, Why.LATEST)


def chosen_values(object_type: ObjectType, candidates: Sequence[Candidate], survivor: int, choices: Choices) -> Values:
    """The merged record's plain values: as chosen, and as proposed where nothing was chosen."""
    by_id = {candidate.id: candidate for candidate in candidates}
    ordered = [by_id[survivor], *(candidate for candidate in candidates if candidate.id != survivor)]
    found: Values = {}
    for proposal in proposals(object_type, candidates, survivor):
        key = proposal.field.key
        rule = _rules.get((object_type.key, key))
        source = choices.get(key, proposal.source)
        if rule is not None:
            found[key] = rule([candidate.values.get(key) for candidate in ordered])
        elif source == ALL:
            found[key] = _together(candidate.values.get(key) for candidate in ordered)
        else:
            found[key] = by_id[int(source)].values.get(key)
    return found


def _together(lists: Any) -> list[Any] | None:
    """All items once, those of the record that stays first."""
    found: list[Any] = []
    for listed in lists:
        found += [item for item in listed or () if item not in found]
    return found or None
