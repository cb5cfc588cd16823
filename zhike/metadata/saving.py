"""One batch on its way through the write path: prepared before the lock, completed and written inside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.metadata import checking, locks, policy, timeline
from zhike.metadata.actor import Actor
from zhike.metadata.changes import Entry, log
from zhike.metadata.columns import links_fields, native_columns, plain_values
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.fields.base import Context
from zhike.metadata.line_rows import KEY as LINES, LineBatch, LinesRefused, acting_for, problems_of_line
from zhike.metadata.linking import links_now, write_links
from zhike.metadata.models import Batch, Change
from zhike.metadata.numbering import give_numbers
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.record_rows import Changed, insert_records, update_records
from zhike.metadata.recycle_bin import delete
from zhike.metadata.writes import Origin, Row, RowResult, SaveResult, WriteEvent, tell

NOT_FOUND = Problem("not_found", _("There is no such record, or you may not see it."))
DENIED = Problem("denied", _("You may see this record but not change it."))
STALE = Problem("stale", _("Somebody else changed this record in the meantime."))


def context_for(actor: Actor) -> Context:
    """The context in which an actor's raw values are understood."""
    return Context(actor=actor, now=timezone.now(), timezone=ZoneInfo(actor.timezone), language=actor.language)


class _NotHeld(Exception):
    """What was written does not hold; the savepoint is given up."""


class SaveBatch:
    """Rows of one object type being saved by one actor."""

    def __init__(
        self, object_type: ObjectType, rows: Sequence[Row], *, actor: Actor, origin: Origin, partial: bool
    ) -> None:
        self.object_type = object_type
        self.rows = rows
        self.actor = actor
        self.origin = origin
        self.partial = partial
        self.context = context_for(actor)
        self._parsed: list[Values] = []
        self._parse_problems: list[Problems] = [{} for _row in rows]
        self._lines: LineBatch | None = None

    def prepare(self) -> None:
        """What needs no lock: the right to do such a thing at all, parsing, and the records linked to."""
        if any(row.id is None for row in self.rows):
            policy.require(self.actor, self.object_type, "create")
        if any(row.id is not None for row in self.rows):
            policy.require(self.actor, self.object_type, "edit")
        values: list[Mapping[str, Any]] = [row.values for row in self.rows]
        if self.object_type.lines is not None:
            self._lines = LineBatch(self.object_type.lines, values, self.context)
            self._lines.parse()
            values = [{key: value for key, value in row.items() if key != LINES} for row in values]
        self._parsed = checking.parse_rows(self.object_type, values, self.context, self._parse_problems)

    @property
    def parsed(self) -> list[Values]:
        """Plain values of the rows as they were given, after ``prepare``."""
        return self._parsed

    def write(self) -> SaveResult:
        """Complete, check and write; inside a write transaction. May run again after a rollback."""
        self.plain = [dict(values) for values in self._parsed]
        self.problems = [{key: list(listed) for key, listed in found.items()} for found in self._parse_problems]
        self.stored = self._lock_stored()
        self._check_versions()
        self._complete()
        self._check()
        if not self.partial and any(self.problems):
            return SaveResult([self._refusal(index) for index in range(len(self.rows))])
        new = [index for index, row in enumerate(self.rows) if row.id is None]
        give_numbers(self.object_type, self.plain, new, self.problems, self.context.now)
        self._find_changes()
        return self._store() if self.object_type.verify is None else self._store_verified()

    def _store_verified(self) -> SaveResult:
        """Write, let the object type look at what it has become, and take back what does not hold; the rest is written anew."""
        try:
            with transaction.atomic():
                result = self._store()
                found = self._verify()
                if found:
                    raise _NotHeld
                return result
        except _NotHeld:
            for index, problems in found.items():
                for key, problem in problems.items():
                    checking.note(self._parse_problems[index], key, problem)
            return self.write()

    def _verify(self) -> dict[int, Mapping[str, Any]]:
        """Problems by index of rows that were written and do not hold."""
        verify = self.object_type.verify
        written = {
            pk: index
            for index, pk in enumerate(self.ids)
            if pk is not None and (self.rows[index].id is None or index in self.changed)
        }
        if verify is None or not written:
            return {}
        found = verify({pk: self.before.get(index) for pk, index in written.items()}, self.actor)
        return {written[pk]: problems for pk, problems in found.items() if problems}

    # Reading ------------------------------------------------------------------------------------------------------

    def _lock_stored(self) -> dict[int, dict[str, Any]]:
        """Stored rows by index, locked until the end of the transaction."""
        wanted = {row.id: index for index, row in enumerate(self.rows) if row.id is not None}
        if not wanted:
            return {}
        columns = [*native_columns(self.object_type), "version", "custom"]
        rows = policy.queryset_for(self.actor, self.object_type, "edit").filter(pk__in=list(wanted))
        found = {wanted[row["id"]]: row for row in rows.order_by("pk").select_for_update(no_key=True).values(*columns)}
        missing = [index for index in wanted.values() if index not in found]
        if missing:
            self._note_missing(missing)
        return found

    def _note_missing(self, indexes: Sequence[int]) -> None:
        ids = [self.rows[index].id for index in indexes]
        visible = policy.queryset_for(self.actor, self.object_type).filter(pk__in=ids)
        seen = set(visible.values_list("pk", flat=True))
        for index in indexes:
            checking.note(self.problems[index], "", DENIED if self.rows[index].id in seen else NOT_FOUND)

    def _check_versions(self) -> None:
        for index, stored in self.stored.items():
            expected = self.rows[index].version
            if expected is not None and expected != stored["version"]:
                checking.note(self.problems[index], "", STALE)

    # Completing ---------------------------------------------------------------------------------------------------

    def _complete(self) -> None:
        """Defaults, ownership and whatever the object type itself fills in."""
        self.before = {index: plain_values(self.object_type, row) for index, row in self.stored.items()}
        self.links_before = links_now(self.object_type, self.plain, [row.id for row in self.rows])
        for index, linked in self.links_before.items():
            if index in self.before:
                self.before[index].update(linked)
        links = links_fields(self.object_type)
        for key in links:
            for values in self.plain:
                if key in values:
                    values[key] = sorted(set(values[key] or ())) or None
        self._fill_defaults([values for row, values in zip(self.rows, self.plain, strict=True) if row.id is None])
        self._follow_owner()
        self._run_prepare()
        if self._lines is not None:
            self._lines.complete([row.id for row in self.rows], self.plain, self.before, self.problems)

    def _run_prepare(self) -> None:
        """Let the object type complete the rows that can be saved at all."""
        if self.object_type.prepare is None:
            return
        listed = [index for index, row in enumerate(self.rows) if row.id is None or index in self.stored]
        existing = {place: self.before[index] for place, index in enumerate(listed) if index in self.stored}
        found = self.object_type.prepare([self.plain[index] for index in listed], existing, self.actor)
        for place, problems in found.items():
            for key, problem in problems.items():
                checking.note(self.problems[listed[place]], key, problem)

    def _fill_defaults(self, new: Sequence[Values]) -> None:
        defaults = {field.key: field.default for field in self.object_type.active_fields if field.default is not None}
        if "owner" in self.object_type.fields:
            defaults.setdefault("owner", self.actor.user_id)
        for values in new:
            for key, value in defaults.items():
                values.setdefault(key, value)

    def _follow_owner(self) -> None:
        """A record comes to its owner's home department unless another is given; giving it away needs the right."""
        if "owner" not in self.object_type.fields:
            return
        given = {}
        for index, values in enumerate(self.plain):
            before = self.before.get(index, {})
            if "owner" in values and values["owner"] != before.get("owner"):
                given[index] = values["owner"]
        others = {owner for owner in given.values() if owner not in (None, self.actor.user_id)}
        homes = {self.actor.user_id: self.actor.department_id}
        if others:
            homes |= dict(get_user_model().objects.filter(pk__in=others).values_list("pk", "department_id"))
        may_assign = policy.may(self.actor, self.object_type, "assign")
        for index, owner in given.items():
            if owner != self.actor.user_id and not may_assign:
                checking.note(self.problems[index], "owner", checking.NOT_PERMITTED)
            if owner is not None and self.plain[index].get("department") is None and homes.get(owner) is not None:
                self.plain[index]["department"] = homes[owner]

    # Checking -----------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        ids = [row.id for row in self.rows]
        new = [index for index, pk in enumerate(ids) if pk is None]
        checking.check_links(self.object_type, self._changed_links(), self.context, self.problems)
        checking.check_required(self.object_type, self.plain, new, self.problems)
        merged = [
            {**self.before[index], **values} if index in self.before else values
            for index, values in enumerate(self.plain)
        ]
        # What no row of the batch changes is as unique as it was.
        touched = set(chain.from_iterable(self.plain[index] for index in new))
        for index, before in self.before.items():
            touched |= {key for key, value in self.plain[index].items() if value != before.get(key)}
        checking.check_unique(self.object_type, merged, ids, touched, self.actor, self.problems)
        self._check_locks()

    def _check_locks(self) -> None:
        """Refuse what stands still while something is decided about it."""
        differing = (
            (
                index,
                row.id,
                before := self.before.get(index, {}),
                {key: value for key, value in values.items() if index not in self.before or value != before.get(key)},
            )
            for index, (row, values) in enumerate(zip(self.rows, self.plain, strict=True))
        )
        for index, found in locks.refusals(self.object_type, differing, self.actor).items():
            for key, problem in found.items():
                checking.note(self.problems[index], key, problem)

    def _changed_links(self) -> dict[str, dict[int, Any]]:
        """Links to look up, by field and row: what the actor wrote and what is not there already (a colleague's link may stay)."""
        found: dict[str, dict[int, Any]] = {}
        for key in dict.fromkeys(chain.from_iterable(self._parsed)):
            field = self.object_type.fields[key]
            if not field.type.link_targets(field):
                continue
            written = {index: values[key] for index, values in enumerate(self._parsed) if values.get(key) is not None}
            for index in self.before.keys() & written.keys():
                if written[index] == self.before[index].get(key):
                    del written[index]
            found[key] = written
        return found

    def _find_changes(self) -> None:
        """New plain values of stored rows by index, only those that differ."""
        self.changed: dict[int, Values] = {}
        for index in self.stored:
            if self.problems[index]:
                continue
            before = self.before[index]
            differing = {key: value for key, value in self.plain[index].items() if value != before.get(key)}
            # Lines have no version of their own: whoever changes them makes a new one of the parent.
            if differing or (self._lines is not None and self._lines.touches(index)):
                self.changed[index] = differing

    # Writing ------------------------------------------------------------------------------------------------------

    def _store(self) -> SaveResult:
        new = [index for index, row in enumerate(self.rows) if row.id is None and not self.problems[index]]
        self.ids: list[int | None] = [row.id for row in self.rows]
        if not new and not self.changed:
            return SaveResult([self._outcome(index) for index in range(len(self.rows))])
        now = self.context.now
        batch = Batch.objects.create(
            at=now,
            actor_id=self.actor.user_id,
            source=self.origin.source,
            label=self.origin.label,
            object_key=self.object_type.key,
            created=len(new),
            updated=len(self.changed),
            job_id=self.origin.job_id,
        )
        self._insert(new)
        self._update()
        write_links(self.object_type, self.ids, self.plain, self.before, [*new, *self.changed])
        self._log(new, batch.pk)
        self._write_lines([*new, *self.changed])
        self._tell(new, batch.pk)
        return SaveResult([self._outcome(index) for index in range(len(self.rows))], batch.pk)

    def _insert(self, new: Sequence[int]) -> None:
        ids = insert_records(self.object_type, [self.plain[index] for index in new], self.context)
        for index, pk in zip(new, ids, strict=True):
            self.ids[index] = pk

    def _update(self) -> None:
        changed = [
            Changed(self.ids[index] or 0, self.before[index], values, self.stored[index])
            for index, values in self.changed.items()
        ]
        update_records(self.object_type, changed, self.context)

    def _log(self, new: Sequence[int], batch_id: int) -> None:
        entries = [Entry(self.ids[index] or 0, Change.Action.CREATE, 1) for index in new]
        entries += [
            Entry(
                self.ids[index] or 0,
                Change.Action.UPDATE,
                self.stored[index]["version"] + 1,
                self._json_changes(index, values),
            )
            for index, values in self.changed.items()
        ]
        log(self.object_type.key, entries, batch_id=batch_id, actor=self.actor, at=self.context.now)

    def _write_lines(self, places: Sequence[int]) -> None:
        """The lines of the written parents, in one batch; raises LinesRefused for what only now turns out to be wrong."""
        if self._lines is None:
            return
        found = [
            (place, position, Row(values, id=pk))
            for place in places
            for position, pk, values in self._lines.changed_rows(place, self.ids[place] or 0)
        ]
        actor, line_type = acting_for(self.actor), self._lines.line_type
        gone = [pk for place in places for pk in self._lines.gone[place]]
        if gone:
            delete(line_type, gone, actor=actor, origin=self.origin)
        if not found:
            return
        batch = SaveBatch(line_type, [row for *_where, row in found], actor=actor, origin=self.origin, partial=False)
        batch.prepare()
        refused: dict[int, Problems] = {}
        for (place, position, _row), result in zip(found, batch.write().rows, strict=True):
            if result.problems:
                refused.setdefault(place, {}).update(problems_of_line(position, result.problems))
        if refused:
            raise LinesRefused(refused)

    def _json_changes(self, index: int, values: Values) -> dict[str, list[Any]]:
        before = self.before[index]
        fields = self.object_type.fields
        return {
            key: [None if old is None else fields[key].type.to_json(old, fields[key]) for old in (before.get(key), new)]
            for key, new in values.items()
        }

    def _tell(self, new: Sequence[int], batch_id: int) -> None:
        source = self.object_type.timeline
        if source is not None:
            made = {self.ids[index] or 0: self.plain[index] for index in new}
            timeline.write(self.object_type, made, actor_id=self.actor.user_id, new=True)
            keys = timeline.source_fields(source)
            stale = {
                self.ids[index] or 0: {**self.before[index], **values}
                for index, values in self.changed.items()
                if keys & set(values)
            }
            timeline.write(self.object_type, stale, actor_id=self.actor.user_id, new=False)
        tell(
            WriteEvent(
                object_type=self.object_type,
                actor=self.actor,
                batch_id=batch_id,
                created=tuple(self.ids[index] or 0 for index in new),
                updated=tuple(self.ids[index] or 0 for index in self.changed),
                changed_keys=frozenset(key for values in self.changed.values() for key in values),
            )
        )

    # Results ------------------------------------------------------------------------------------------------------

    def _outcome(self, index: int) -> RowResult:
        if self.problems[index]:
            return self._refusal(index)
        if self.rows[index].id is None:
            return RowResult("created", self.ids[index], 1)
        version = self.stored[index]["version"]
        if index in self.changed:
            return RowResult("updated", self.ids[index], version + 1)
        return RowResult("unchanged", self.ids[index], version)

    def _refusal(self, index: int) -> RowResult:
        stored: Mapping[str, Any] = self.stored.get(index, {})
        return RowResult("refused", self.rows[index].id, stored.get("version"), self.problems[index])

    def refused_with(self, problems: Mapping[int, Problems]) -> SaveResult:
        """Refuse every row, for the reasons found with some of them."""
        rows = [RowResult("refused", row.id, row.version, problems.get(at, {})) for at, row in enumerate(self.rows)]
        return SaveResult(rows)

    def refused_by_constraint(self, failure: IntegrityError) -> SaveResult:
        """Refuse every row with the message of the constraint that the database named."""
        text = str(failure)
        message: Any = next(
            (
                constraint.get_violation_error_message()
                for constraint in self.object_type.model._meta.constraints
                if constraint.name and constraint.name in text
            ),
            _("These values contradict each other or another record."),
        )
        problem = Problem("constraint", message)
        return SaveResult([RowResult("refused", row.id, row.version, {"": [problem]}) for row in self.rows])
