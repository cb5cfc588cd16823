"""Giving records to their successors, part by part, in transactions that a successor of a killed worker goes on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from zhike.accounts.rights import on_behalf
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import Part, parts_for
from zhike.engines.hand_over.planning import Rule, divide, rule_from
from zhike.engines.hand_over.reporting import REPORTS, new_managers
from zhike.engines.hand_over.teams import places_give
from zhike.engines.hand_over.telling import tell_successors
from zhike.jobs.run import JobRun
from zhike.metadata.actor import Actor
from zhike.metadata.linking import linked
from zhike.metadata.pace import Pace
from zhike.metadata.query import Query
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.storage import storage

#: Kind of the entries in the ledger of changes of hands, and source of the batches.
SOURCE = "hand_over"
EXAMPLES = 50


@dataclass(slots=True)
class State:
    """How far it is; the checkpoint of the job."""

    part: int = 0
    last: int = 0
    done: int = 0
    refused: int = 0
    #: How many of the part were given away so far: whose turn it is.
    turn: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    #: [object key, record id, reason] of the first refusals.
    examples: list[list[Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Mover:
    """One hand-over being carried out by its actor."""

    def __init__(self, found: HandOver, run: JobRun, actor: Actor) -> None:
        self.found, self.run, self.actor = found, run, actor
        self.rule: Rule = rule_from(found.rule)
        allowed = parts_for(actor)
        self.parts = [allowed[key] for key in found.parts if key in allowed]
        self.state = State(**run.checkpoint) if run.checkpoint else State()
        self.origin = Origin(SOURCE, found.reason, run.id)
        self.pace = Pace(storage().hold_seconds)

    @property
    def followers(self) -> list[Part]:
        """Parts whose records go along with their customer."""
        leads = any(part.leads for part in self.parts)
        return [part for part in self.parts if part.follows] if leads else []

    def total(self) -> int:
        return sum(self._query(part).rows().count() for part in self.parts)

    def move_all(self) -> dict[str, Any]:
        """Work through the parts; returns what came of it. Stops where it stands when cancelled."""
        total = self.state.done + self.state.refused + self.total()
        while self.state.part < len(self.parts) and not self.run.cancelled():
            self._step(self.parts[self.state.part])
            self.run.progress(self.state.done, max(total, self.state.done))
        with storage().write_transaction():
            self.found.counts = self.state.counts
            tell_successors(self.found, self.state.counts, actor=self.actor)
            self.found.save(update_fields=["counts", "told_at"])
            self.run.keep(self.state.to_json())
        return self.state.to_json()

    def _query(self, part: Part, **more: Any) -> Query:
        return part.query(self.found.person_id, self.actor, department_id=self.found.person.department_id, **more)

    def _step(self, part: Part) -> None:
        limit = self.pace.rows
        with storage().write_transaction(), self.pace.measured(limit):
            rows = self._query(part).rows().filter(pk__gt=self.state.last)
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
            if ids:
                self._give(part, ids)
                self.state.last = ids[-1]
            else:
                self.state.part, self.state.last, self.state.turn = self.state.part + 1, 0, 0
            self.run.keep(self.state.to_json())

    def _give(self, part: Part, ids: Sequence[int]) -> None:
        given = divide(self.rule, part, ids, self.state.turn, actor=self.actor)
        self.state.turn += len(ids)
        if part.leads:
            # First, while the rights of the records that follow are still those of their customer's old owner.
            for follower in self.followers:
                self._give_along(follower, given)
        self._write(part, given)

    def _give_along(self, part: Part, customers: Mapping[int, int]) -> None:
        link = part.object_type.field(part.follows or "")
        column = link.column or link.key
        rows = self._query(part).rows().filter(**{f"{column}__in": list(customers)})
        self._write(part, {pk: customers[customer] for pk, customer in rows.values_list("pk", column)})

    def _write(self, part: Part, given: Mapping[int, int]) -> None:
        if not given:
            return
        if part.is_team:
            self._count(part, places_give(self.found, part.object_type, given, actor=self.actor))
            return
        values = self._values(part, given)
        rows = [Row(values[pk], id=pk) for pk in given]
        # The rights were looked at when the rows were chosen; the person who acts stays the author.
        saved = save(part.object_type, rows, actor=on_behalf(self.actor), origin=self.origin, partial=True)
        written = {
            row.id or 0: given[row.id or 0] for row, told in zip(rows, saved.rows, strict=True) if not told.problems
        }
        if part.moved is not None and written:
            part.moved(written, self.actor)
        for row, told in zip(rows, saved.rows, strict=True):
            if told.problems:
                self.state.refused += 1
                reason = str(next(iter(told.problems.values()))[0].message)
                self.state.examples = [*self.state.examples, [part.object_key, row.id, reason]][:EXAMPLES]
        self._count(part, written)

    def _count(self, part: Part, written: Mapping[int, int]) -> None:
        counts = self.state.counts.setdefault(part.key, {})
        self.state.done += len(written)
        for successor in map(str, written.values()):
            counts[successor] = counts.get(successor, 0) + 1

    def _values(self, part: Part, given: Mapping[int, int]) -> dict[int, dict[str, Any]]:
        """What to write to each record. The department follows the owner."""
        if part.field == "owner":
            return {pk: {"owner": successor} for pk, successor in given.items()}
        if part.key == REPORTS.key:
            managers = new_managers(given, self.found.person_id)
            return {pk: {part.field: manager} for pk, manager in managers.items()}
        people: dict[int, list[int]] = {pk: [] for pk in given}
        for pk, user_id in linked(part.object_type, part.object_type.field(part.field), list(given)):
            people[pk].append(user_id)
        gone = self.found.person_id
        return {
            pk: {part.field: list(dict.fromkeys(given[pk] if one == gone else one for one in listed))}
            for pk, listed in people.items()
        }
