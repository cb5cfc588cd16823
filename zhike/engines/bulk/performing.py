"""Doing an operation to a few hundred records at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.engines.bulk.operations import Operation, Outcome, action_arguments, parsed
from zhike.engines.bulk.written import batches_written
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import Batch
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Query
from zhike.metadata.records import Origin, Row, SaveResult, delete, save
from zhike.metadata.saving import context_for


def perform(
    object_type: ObjectType, operation: Operation, ids: Sequence[int], *, actor: Actor, origin: Origin
) -> Outcome:
    """Do it to these records, each of which the write path lets through or refuses by itself."""
    with batches_written() as batch_ids:
        outcome = _Performance(object_type, operation, actor, origin).run(ids)
    # Services that actions run know nothing of where they are run from.
    Batch.objects.filter(pk__in=batch_ids, source="web").update(
        source=origin.source, label=origin.label, job_id=origin.job_id
    )
    outcome.batch_ids = batch_ids
    return outcome


@dataclass(frozen=True, slots=True)
class _Performance:
    """One operation by one actor."""

    object_type: ObjectType
    operation: Operation
    actor: Actor
    origin: Origin

    def run(self, ids: Sequence[int]) -> Outcome:
        match self.operation.kind:
            case "set":
                return self._save([Row({self.operation.key: self.operation.value}, id=pk) for pk in ids])
            case "add" | "remove":
                return self._save(self._rows_with_links(ids))
            case "delete":
                return self._delete(ids)
            case _:
                return self._act(ids)

    def _query(self, ids: Sequence[int], **more: Any) -> Query:
        where = Q(pk__in=list(ids))
        return Query(self.object_type, self.actor, context_for(self.actor), where=where, **more)

    def _save(self, rows: Sequence[Row]) -> Outcome:
        return self._told(rows, save(self.object_type, rows, actor=self.actor, origin=self.origin, partial=True))

    def _told(self, rows: Sequence[Row], result: SaveResult) -> Outcome:
        outcome = Outcome(done=result.count("updated"), unchanged=result.count("unchanged"))
        for row, told in zip(rows, result.rows, strict=True):
            for key, problems in list(told.problems.items())[:1]:
                field = self.object_type.fields.get(key)
                outcome.refuse(row.id or 0, str(field.label) if field else "", str(problems[0].message))
        return outcome

    def _rows_with_links(self, ids: Sequence[int]) -> list[Row]:
        field = self.object_type.field(self.operation.key)
        wanted = parsed(field, self.operation.value, self.actor)
        rows = []
        for found in self._query(ids, columns=[field.key]).each():
            for record in found:
                held = record.values.get(field.key) or []
                kept = [value for value in held if value not in wanted]
                added = [*held, *(value for value in wanted if value not in held)]
                values = {field.key: added if self.operation.kind == "add" else kept}
                rows.append(Row(values, record.id, record.version))
        return rows

    def _delete(self, ids: Sequence[int]) -> Outcome:
        result = delete(self.object_type, ids, actor=self.actor, origin=self.origin)
        outcome = Outcome(done=len(result.done))
        for pk, problem in result.refused.items():
            outcome.refuse(pk, "", str(problem.message))
        return outcome

    def _act(self, ids: Sequence[int]) -> Outcome:
        action = self.object_type.actions[self.operation.key]
        policy.require(self.actor, self.object_type, action.permission)
        arguments = action_arguments(self.object_type, self.operation, actor=self.actor)
        fitting = self._fitting(ids, action.permission, action.when)
        outcome = Outcome(unchanged=len(ids) - len(fitting))
        if not fitting:
            return outcome
        try:
            result = action.run(fitting, actor=self.actor, **arguments)
        except (Invalid, Denied) as refusal:
            for pk in fitting:
                outcome.refuse(pk, "", reason(refusal))
            return outcome
        if isinstance(result, SaveResult):
            outcome.add(self._told([Row({}, id=told.id) for told in result.rows], result))
        else:
            outcome.done += len(fitting)
        return outcome

    def _fitting(self, ids: Sequence[int], permission: str, when: Mapping[str, Any] | None) -> list[int]:
        """Those that the action is meant for, by its own condition and the right that it needs."""
        return self._query(ids, filter=when, action=permission).ids()


def reason(refusal: Invalid | Denied) -> str:
    """Why an action refused a batch."""
    if isinstance(refusal, Denied):
        return _("You may not do this.")
    return next((str(found[0].message) for found in refusal.problems.values()), "")
