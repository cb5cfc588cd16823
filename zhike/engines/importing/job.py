"""The job of an import: reads the file in batches, goes on after a crash, can be cancelled and undone."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field as dataclass_field
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, override

from zhike.accounts.actors import actor_for_id
from zhike.engines.importing.batch import Importer, Outcome
from zhike.engines.importing.models import ImportRun, directory
from zhike.engines.importing.new_fields import NEW_FIELD
from zhike.engines.importing.reading import Line
from zhike.engines.importing.seen import Seen
from zhike.engines.importing.targets import targets
from zhike.jobs.queue import job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.jobs.tidying import keeps_jobs
from zhike.lib.table_writers import XlsxWriter
from zhike.lib.tables import estimate_rows, open_table, read_rows
from zhike.metadata import policy, registry, undo
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied
from zhike.metadata.models import Batch
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.pace import Pace
from zhike.metadata.records import Origin
from zhike.metadata.storage import storage

#: A sheet of Excel holds this many rows; rejected ones beyond it are counted, not listed.
MOST_REJECTED = 1_000_000
#: Records left alone by an undoing beyond these come up when those before them are settled.
MOST_CONFLICTS = 1_000
#: Rows that are shown as like a record of another type.
MOST_KIN = 10


class DryRun(Exception):
    """Rolls back a batch that was only tried."""


@dataclass(slots=True)
class Tally:
    """The checkpoint: how far the file was read, what came of it, how long the list of rejected rows is."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons_size: int = 0
    #: Of a trial: new rows that are like a record that may be changed, one that may not, or an earlier row.
    alike_base: int = 0
    alike_foreign: int = 0
    alike_file: int = 0
    #: Of a trial: new rows that are like a record of another type, and the first of them as they are shown.
    alike_kin: int = 0
    kin: list[Any] = dataclass_field(default_factory=list)

    def add(self, read: int, outcome: Outcome) -> None:
        self.rows += read
        self.created += outcome.created
        self.updated += outcome.updated
        self.unchanged += outcome.unchanged
        self.rejected += len(outcome.rejected)


@job("import", attempts=5)
def import_rows(run: JobRun) -> dict[str, Any]:
    """Import the file of an ImportRun; returns the counts."""
    found = ImportRun.objects.get(pk=run.params["import"])
    actor = actor_for_id(found.actor_id)
    if actor is None:
        raise JobRefused(_("Whoever started this import may no longer sign in."))
    with override(actor.language):
        try:
            return _Import(run, found, actor).work()
        except (Denied, UnknownObject) as refusal:
            raise JobRefused(_("You may not import such records.")) from refusal


class _Import:
    """One attempt at an import."""

    def __init__(self, run: JobRun, found: ImportRun, actor: Actor) -> None:
        self.run = run
        self.found = found
        object_type = registry.get(found.object_key)
        policy.require(actor, object_type, "import")
        known = targets(object_type, actor)
        # A trial makes no fields.
        found.mapping = {place: key for place, key in found.mapping.items() if key != NEW_FIELD}
        if not set(found.mapping.values()) <= set(known):
            raise JobRefused(_("A column is mapped to a field that you may not write."))
        origin = Origin(source="import", label=found.file_name, job_id=run.id)
        self.importer = Importer(found, object_type, known, actor, origin)
        self.tally = Tally(**run.checkpoint) if run.checkpoint else Tally()
        self.pace = Pace(storage().hold_seconds)
        if found.is_dry_run:
            self.importer.seen = Seen(found.seen_path, object_type, after=self.tally.rows + 1)

    def work(self) -> dict[str, Any]:
        total = max(estimate_rows(open_table(self.found.path), self.found.sheet or None) - 1, 0)
        self.run.progress(self.tally.rows, max(total, self.tally.rows + 1))
        self._trim_reasons()
        for lines in self._batches():
            if self.run.cancelled():
                break
            self._batch(lines)
            self.run.progress(self.tally.rows, max(total, self.tally.rows + 1))
        else:
            self.run.progress(self.tally.rows, self.tally.rows)
        write_rejected(self.found)
        if self.importer.seen is not None:
            self.importer.seen.close()
        return asdict(self.tally)

    def _rows(self) -> Iterator[Sequence[Any]]:
        return read_rows(open_table(self.found.path), self.found.sheet or None)

    def _batches(self) -> Iterator[list[Line]]:
        """Lines after the checkpoint."""
        numbered = enumerate(self._rows(), start=1)
        rest = itertools.islice(numbered, self.tally.rows + 1, None)
        while lines := [Line(number, cells) for number, cells in itertools.islice(rest, self.pace.rows)]:
            yield lines

    def _batch(self, lines: list[Line]) -> None:
        if self.found.is_dry_run:
            self._try(lines)
            return
        _good, groups, _rows, batch = self.importer.prepare(lines)
        with storage().write_transaction(), self.pace.measured(len(lines)):
            outcome = self.importer.write(lines, groups, batch)
            self._keep(len(lines), outcome)

    def _try(self, lines: list[Line]) -> None:
        """A dry run writes in earnest and takes it back, so that it finds what the real run would find."""
        outcome = Outcome()
        try:
            with storage().write_transaction():
                _good, groups, _rows, batch = self.importer.prepare(lines)
                outcome = self.importer.write(lines, groups, batch)
                raise DryRun
        except DryRun:
            self.importer.reader.forget()
        for name, count in self.importer.alike.items():
            setattr(self.tally, name, getattr(self.tally, name) + count)
        self.importer.alike.clear()
        self.tally.kin += self.importer.kin.told[: MOST_KIN - len(self.tally.kin)]
        self.importer.kin.told.clear()
        with transaction.atomic():
            self._keep(len(lines), outcome)

    def _keep(self, read: int, outcome: Outcome) -> None:
        self.tally.add(read, outcome)
        with self.found.reasons_path.open("ab") as file:
            for line, told in outcome.rejected:
                file.write(orjson.dumps([line.number, line.cells, told], default=str) + b"\n")
            self.tally.reasons_size = file.tell()
        self.run.keep(asdict(self.tally))

    def _trim_reasons(self) -> None:
        """Forget rejected rows that a killed attempt wrote down but did not commit."""
        path = self.found.reasons_path
        path.touch()
        with path.open("r+b") as file:
            file.truncate(self.tally.reasons_size)


def write_rejected(found: ImportRun) -> None:
    """The workbook of rejected rows: their own columns, then the reasons; none when every row passed."""
    width = max((len(cells) for _number, cells, _told in _rejected(found)), default=None)
    if width is None:
        found.rejected_path.unlink(missing_ok=True)
        return
    width = max(width, len(found.headers))
    headers = [*found.headers, *[""] * (width - len(found.headers)), _("Row"), _("Why it was rejected")]
    with XlsxWriter(found.rejected_path, sheet=_("Rejected rows")) as writer:
        writer.write(headers)
        for number, cells, told in _rejected(found):
            writer.write([*cells, *[""] * (width - len(cells)), number, "\n".join(told)])


def _rejected(found: ImportRun) -> Iterator[tuple[int, list[Any], list[str]]]:
    """Row number, cells and reasons of each rejected row; a file of a million of them is never held at once."""
    with found.reasons_path.open("rb") as file:
        for line in itertools.islice(file, MOST_REJECTED):
            number, cells, told = orjson.loads(line)
            yield number, cells, told


@job("import undo", attempts=3)
def import_undo(run: JobRun) -> dict[str, Any]:
    """Take back everything that an import wrote, but for records changed since; returns them as conflicts."""
    found = ImportRun.objects.get(pk=run.params["import"])
    actor = actor_for_id(found.actor_id)
    if actor is None:
        raise JobRefused(_("Whoever started this import may no longer sign in."))
    with override(actor.language):
        force = frozenset((key, pk) for key, pk in run.params.get("force", ()))
        written = Batch.objects.filter(job_id=found.job_id, source="import")
        # What was left alone the first time stands in batches that count as undone.
        batches = list(written if force else written.filter(undone_by__isnull=True))
        before = _kept_undoing(run.checkpoint)
        total = before.undone + sum(batch.created + batch.updated for batch in batches)
        try:
            result = undo.undo(
                batches,
                actor=actor,
                progress=lambda done: run.progress(min(done, total), total),
                force=force,
                keep=lambda done: run.keep(_told_undoing(done)),
                result=before,
                beside=written.values_list("pk", flat=True),
            )
        except Denied as refusal:
            raise JobRefused(_("An import can be taken back for 30 days.")) from refusal
    told = _told_undoing(result)
    return {key: told[key] for key in ("undone", "conflicts")}


def _told_undoing(result: undo.UndoResult) -> dict[str, Any]:
    """What an undoing came to, as JSON."""
    return {
        "undone": result.undone,
        "conflicts": [[found.object_key, found.record_id, found.action] for found in result.conflicts[:MOST_CONFLICTS]],
        "after": list(result.after.items()),
    }


def _kept_undoing(checkpoint: Mapping[str, Any] | None) -> undo.UndoResult:
    """How far a killed worker came with an undoing."""
    if not checkpoint:
        return undo.UndoResult()
    conflicts = [undo.Conflict(key, pk, action) for key, pk, action in checkpoint["conflicts"]]
    return undo.UndoResult(checkpoint["undone"], conflicts, dict(checkpoint["after"]))


@keeps_jobs
def jobs_of_imports(ids: list[int]) -> Iterable[int | None]:
    """The log of imports tells what came of each, which its job holds."""
    return ImportRun.objects.filter(job_id__in=ids).values_list("job_id", flat=True)


@scheduled("old imports", daily_at="03:25")
def remove_old_files() -> None:
    """Remove uploaded files once nothing can be undone any more; what was imported, and when, stays known."""
    oldest = (timezone.now() - undo.UNDO_FOR).timestamp()
    for path in directory().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
