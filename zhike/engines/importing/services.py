"""Starting, trying, cancelling and undoing imports."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.importing.layouts import layouts, recognised
from zhike.engines.importing.models import ImportRun, directory
from zhike.engines.importing.new_fields import NEW_FIELD, asks, fields_make
from zhike.engines.importing.targets import Target, guess_mapping, plain, targets
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job_cancel
from zhike.lib.enumeration import enumerated
from zhike.lib.refusal import Refused
from zhike.lib.tables import open_table, read_rows
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.object_type import ObjectType

MOST_BYTES = 512 * 1024 * 1024
SAMPLE_ROWS = 5
#: So many first rows say what kind of field a column needs.
ROWS_FOR_KIND = 200
REFUSALS = {
    "empty_file": _("The file is empty."),
    "not_a_table": _("This is neither a text file nor a workbook that can be read: save it as XLSX or CSV."),
    "unknown_encoding": _("The encoding of this text is not known: save it as UTF-8."),
    "needs_password": _("The workbook is protected by a password: save it without."),
    "broken_text": _("The file stops being text in the middle: save it again as UTF-8."),
}


def import_upload(
    object_type: ObjectType, chunks: Iterable[bytes], *, file_name: str, actor: Actor, sheet: str = ""
) -> ImportRun:
    """Keep a file and look at it: headings, and a mapping guessed or remembered. Raises Denied, Invalid."""
    policy.require(actor, object_type, "import")
    suffix = Path(file_name).suffix.lower()[:8]
    stored = f"{secrets.token_hex(12)}{suffix if suffix.isascii() else ''}"
    path = directory() / stored
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                path.unlink()
                raise Invalid({"file": [Problem("too_large", _("The file is larger than 512 MB."))]})
            file.write(chunk)
    run = ImportRun(
        object_key=object_type.key,
        actor_id=actor.user_id or 0,
        created_at=timezone.now(),
        file_name=Path(file_name).name[:200],
        stored_name=stored,
    )
    try:
        _look(run, object_type, actor, sheet)
    except Invalid:
        path.unlink()
        raise
    run.save()
    return run


def import_sheet(run: ImportRun, sheet: str, *, actor: Actor) -> None:
    """Read another sheet of the workbook instead: headings and mapping begin anew. Raises Invalid, NotFound."""
    _require_own(run, actor)
    if sheet not in sheet_names(run):
        raise Invalid({"sheet": [Problem("no_such_sheet", _("The workbook has no such sheet."))]})
    _look(run, registry.get(run.object_key), actor, sheet)
    run.save()


def sheet_names(run: ImportRun) -> tuple[str, ...]:
    """The sheets to choose from; none for a text file."""
    return open_table(run.path).sheets


def _look(run: ImportRun, object_type: ObjectType, actor: Actor, sheet: str) -> None:
    """Headings, and a mapping guessed or remembered; raises Invalid for a file that is no table."""
    try:
        headers = [str(cell) for cell in next(iter(read_rows(open_table(run.path), sheet or None)), [])]
    except Refused as refusal:
        raise Invalid({"file": [Problem(refusal.code, REFUSALS.get(refusal.code, str(refusal)))]}) from refusal
    run.sheet, run.headers, run.headers_hash = sheet, headers, headers_hash(headers)
    known = targets(object_type, actor)
    earlier = _remembered(run, known)
    if earlier is not None:
        run.layout, run.mapping, run.key, run.duplicates = earlier
        return
    found = recognised(headers, object_type.key)
    apply_layout(run, found.key if found else "", object_type, actor)


def apply_layout(run: ImportRun, key: str, object_type: ObjectType, actor: Actor) -> None:
    """Read the file by a layout, or by its headings alone (""): the mapping begins anew. Raises Invalid."""
    layout = layouts().get(key) if key else None
    if key and (layout is None or layout.object_key != object_type.key):
        raise Invalid({"layout": [Problem("no_such_layout", _("There is no such kind of export for these records."))]})
    known = targets(object_type, actor)
    run.layout = key
    run.mapping = layout.mapping(run.headers, known) if layout else guess_mapping(run.headers, known)
    wanted = layout.import_key if layout else ""
    run.key = wanted if wanted in run.mapping.values() else guess_key(object_type, run.mapping)


def import_layout(run: ImportRun, key: str, *, actor: Actor) -> None:
    """Take the file for another program's export, or for none. Raises Invalid, NotFound."""
    _require_own(run, actor)
    apply_layout(run, key, registry.get(run.object_key), actor)
    run.save()


def headers_hash(headers: Sequence[str]) -> str:
    """The same for the same headings in any order and width."""
    return sha256("\n".join(sorted(plain(heading) for heading in headers)).encode()).hexdigest()


def _remembered(run: ImportRun, known: Mapping[str, Target]) -> tuple[str, dict[str, str], str, str] | None:
    """How such headings were understood the last time they were imported: by this person, else by a colleague."""
    earlier = ImportRun.objects.filter(
        object_key=run.object_key, headers_hash=run.headers_hash, job_id__isnull=False
    ).order_by("-id")
    found = earlier.filter(actor_id=run.actor_id).first() or earlier.filter(is_dry_run=False).first()
    if found is None:
        return None
    targets_of: dict[str, list[str]] = {}
    for position, heading in enumerate(found.headers):
        targets_of.setdefault(plain(heading), []).append(found.mapping.get(str(position), ""))
    mapping = {}
    for position, heading in enumerate(run.headers):
        told = targets_of[plain(heading)]
        if (target := told.pop(0)) in known:
            mapping[str(position)] = target
    if not mapping:
        return None
    key = found.key if found.key in mapping.values() else ""
    return (found.layout if found.layout in layouts() else ""), mapping, key, found.duplicates


def guess_key(object_type: ObjectType, mapping: Mapping[str, str]) -> str:
    """The first key that the file has a column for."""
    return next((key for key in object_type.import_keys if key in mapping.values()), "")


def sample_rows(run: ImportRun, count: int = SAMPLE_ROWS) -> list[list[Any]]:
    """The first rows of the file, without the heading."""
    rows = read_rows(open_table(run.path), run.sheet or None)
    return [list(row) for row in itertools.islice(rows, 1, count + 1)]


def import_start(
    run: ImportRun,
    *,
    actor: Actor,
    mapping: Mapping[str, str] | None = None,
    mode: str | None = None,
    key: str | None = None,
    duplicates: str | None = None,
    dry_run: bool = False,
) -> Job:
    """Queue the import, or a trial of it. Raises Invalid when the choices do not fit the file, Denied, NotFound."""
    _require_own(run, actor)
    object_type = registry.get(run.object_key)
    policy.require(actor, object_type, "import")
    run.mapping = dict(run.mapping if mapping is None else mapping)
    run.mode = run.mode if mode is None else mode
    run.key = run.key if key is None else key
    run.duplicates = run.duplicates if duplicates is None else duplicates
    check(run, object_type, actor)
    if asks(run.mapping.values()) and not dry_run:
        _make_fields(run, actor)
    with transaction.atomic():
        _require_unstarted(run)
        run.is_dry_run = dry_run
        job = enqueue("import", {"import": run.pk}, actor_id=actor.user_id)
        run.job_id = job.pk
        run.save()
    run.reasons_path.unlink(missing_ok=True)
    return job


def _make_fields(run: ImportRun, actor: Actor) -> None:
    try:
        fields_make(run, sample_rows(run, ROWS_FOR_KIND), actor=actor)
    except Invalid as refusal:
        told = [problem for problems in refusal.problems.values() for problem in problems]
        raise Invalid({"mapping": told}) from refusal


def _require_unstarted(run: ImportRun) -> None:
    """A file is imported once, and tried as often as one likes, but not twice at a time; raises Invalid."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    earlier = Job.objects.filter(pk=held.job_id).first() if held.job_id else None
    if earlier is None:
        return
    if not earlier.is_over:
        raise Invalid(
            {"": [Problem("running", _("This file is being worked on; wait until that is over or stop it."))]}
        )
    if not held.is_dry_run and earlier.checkpoint:
        raise Invalid({"": [Problem("imported", _("This file was imported already; upload it again to repeat that."))]})


def check(run: ImportRun, object_type: ObjectType, actor: Actor) -> None:
    """Whether mapping, mode and key make sense together; raises Invalid."""
    known = targets(object_type, actor)
    problems: dict[str, list[Problem]] = {}
    chosen = list(run.mapping.values())
    if not chosen:
        problems["mapping"] = [Problem("nothing_mapped", _("Choose a field for at least one column."))]
    elif asks(chosen) and not actor.has("settings"):
        problems["mapping"] = [Problem("no_new_fields", _("Only who may change settings can make new fields."))]
    elif not set(chosen) - {NEW_FIELD} <= set(known) or not all(_is_column(run, position) for position in run.mapping):
        problems["mapping"] = [Problem("unknown_field", _("A column is mapped to a field that you may not write."))]
    elif any(chosen.count(key) > 1 and not known[key].is_repeatable for key in set(chosen) - {NEW_FIELD}):
        problems["mapping"] = [Problem("repeated", _("Two columns are mapped to the same field."))]
    if run.duplicates not in ImportRun.Duplicates.values:
        problems["duplicates"] = [Problem("unknown", _("Choose what to do with duplicates."))]
    if run.mode not in ImportRun.Mode.values:
        problems["mode"] = [Problem("unknown", _("Choose whether to create, update or both."))]
    if run.key and (run.key not in object_type.import_keys or run.key not in chosen):
        problems["key"] = [Problem("bad_key", _("Records cannot be found by this column."))]
    if not run.key and run.mode == ImportRun.Mode.UPDATE:
        problems["key"] = [Problem("required", _("Choose the column to find records by."))]
    layout = layouts().get(run.layout)
    filled = {*(key.partition(":")[0] for key in chosen), *(layout.fill if layout else ())}
    lacking = [
        field.label
        for field in object_type.writable_fields
        if field.required and field.key not in filled and field.default is None
    ]
    if lacking and run.mode != ImportRun.Mode.UPDATE and "mapping" not in problems:
        names = enumerated(lacking)
        problems["mapping"] = [Problem("required", _("New records need these fields: %(names)s.") % {"names": names})]
    if problems:
        raise Invalid(problems)


def _is_column(run: ImportRun, position: str) -> bool:
    return position.isascii() and position.isdigit() and int(position) < len(run.headers)


def import_cancel(run: ImportRun, *, actor: Actor) -> bool:
    """Stop an import; what it wrote stays and can be undone."""
    _require_own(run, actor)
    return run.job_id is not None and job_cancel(run.job_id)


def import_undo(run: ImportRun, *, actor: Actor, force: Collection[tuple[str, int]] = ()) -> Job:
    """Queue the undoing of a whole import; records in ``force`` go back although somebody changed them since."""
    _require_own(run, actor)
    params = {"import": run.pk, **({"force": sorted(force)} if force else {})}
    return enqueue("import undo", params, actor_id=actor.user_id)


def undo_job(run: ImportRun) -> Job | None:
    """The latest job that took the import back, or is doing so."""
    jobs = Job.objects.filter(actor_id=run.actor_id, kind="import undo", pk__gt=run.job_id or 0)
    return jobs.filter(params__import=run.pk).order_by("-pk").first()


def own_run(pk: int, *, actor: Actor) -> ImportRun:
    """The actor's own import; raises NotFound."""
    found = ImportRun.objects.filter(pk=pk, actor_id=actor.user_id or 0).first()
    if found is None:
        raise NotFound("import", pk)
    return found


def _require_own(run: ImportRun, actor: Actor) -> None:
    if run.actor_id != actor.user_id:
        raise NotFound("import", run.pk)
