"""``zhike import``: takes a spreadsheet in as a person would in the browser, with that person's rights."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zhike.cli.acting import acting, add_actor, object_named
from zhike.cli.command import CommandFailed
from zhike.cli.foreground import see_through
from zhike.cli.language import _
from zhike.engines.importing.layouts import layouts
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.services import import_layout, import_start, import_undo, import_upload, own_run
from zhike.engines.importing.targets import targets
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound

PIECE = 1024 * 1024
NO_LAYOUT = "none"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to take in, and how."""
    parser.add_argument("object", nargs="?", help=_("what the rows are, for example customers"))
    parser.add_argument("file", nargs="?", help=_("CSV or XLSX file with a heading row"))
    add_actor(parser)
    parser.add_argument("--column", action="append", default=[], metavar="HEADING=FIELD", help=_("correct a column"))
    parser.add_argument("--mode", choices=ImportRun.Mode.values, help=_("create, update or both (both)"))
    parser.add_argument("--key", help=_("field by which existing records are found"))
    parser.add_argument("--layout", help=_("whose export it is, none for nobody's (told by the headings)"))
    parser.add_argument(
        "--duplicates",
        choices=ImportRun.Duplicates.values,
        help=_("what to do with rows that are there already (create)"),
    )
    parser.add_argument("--sheet", default="", help=_("sheet of the workbook (the first)"))
    parser.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    parser.add_argument("--rejected", help=_("where to write the workbook of rejected rows"))
    parser.add_argument("--undo", type=int, metavar="NUMBER", help=_("take a whole import back"))


def run(options: argparse.Namespace) -> int:
    """Import or undo, wait, and print the counts; the exit code is 1 when rows were rejected."""
    actor = acting(options.username)
    if options.undo:
        return undo(options.undo, actor)
    if not options.object or not options.file:
        raise CommandFailed(_("Say what to import and from which file: zhike import customers FILE --as PERSON"))
    found = upload(options, actor)
    for line in mapping_lines(found):
        print(line)
    job = import_start(
        found,
        actor=actor,
        mapping=found.mapping,
        mode=options.mode,
        key=options.key,
        duplicates=options.duplicates,
        dry_run=options.dry_run,
    )
    counts = see_through(job.pk).result
    report(found, counts, options)
    return 1 if counts["rejected"] else 0


def upload(options: argparse.Namespace, actor: Actor) -> ImportRun:
    """Hand the file over and correct its columns."""
    object_type = object_named(options.object)
    path = Path(options.file)
    if not path.is_file():
        raise CommandFailed(_("There is no file {path}.").format(path=path))
    found = import_upload(object_type, pieces(path), file_name=path.name, actor=actor, sheet=options.sheet)
    if options.layout is not None:
        read_by(found, options.layout, actor)
    known = targets(object_type, actor)
    for correction in options.column:
        position, field = corrected(correction, found.headers)
        if field and field not in known:
            raise CommandFailed(
                _("There is no field {name}; there are {known}.").format(name=field, known=", ".join(known))
            )
        found.mapping = {place: key for place, key in found.mapping.items() if place != position and key != field}
        if field:
            found.mapping[position] = field
    return found


def read_by(found: ImportRun, layout: str, actor: Actor) -> None:
    """Read the file as another program's export, or by its headings alone."""
    known = [NO_LAYOUT, *(key for key, entry in layouts().items() if entry.object_key == found.object_key)]
    if layout not in known:
        raise CommandFailed(
            _("There is no layout {name}; there are {known}.").format(name=layout, known=", ".join(known))
        )
    import_layout(found, "" if layout == NO_LAYOUT else layout, actor=actor)


def corrected(correction: str, headers: Sequence[str]) -> tuple[str, str]:
    """``HEADING=FIELD`` as position and field; an empty field leaves the column out."""
    heading, separator, field = correction.rpartition("=")
    if not separator or heading not in headers:
        raise CommandFailed(_("{text} is not HEADING=FIELD with a heading of the file.").format(text=correction))
    return str(headers.index(heading)), field


def pieces(path: Path) -> Iterator[bytes]:
    """The file in pieces."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def mapping_lines(found: ImportRun) -> list[str]:
    """How each column is understood."""
    return [
        f"  {heading} → {found.mapping.get(str(position)) or _('left out')}"
        for position, heading in enumerate(found.headers)
    ]


def report(found: ImportRun, counts: dict[str, Any], options: argparse.Namespace) -> None:
    """By which layout, counts, where the rejected rows are, and how to take it back."""
    if found.layout:
        print(_("Read as {layout}").format(layout=found.layout))
    print(
        _("{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected").format_map(counts)
        + (_(" (only tried)") if options.dry_run else "")
    )
    if counts["rejected"]:
        place = found.rejected_path
        if options.rejected:
            place = Path(shutil.copyfile(place, options.rejected))
        print(_("Rejected rows with reasons: {path}").format(path=place))
    if not options.dry_run and counts["created"] + counts["updated"]:
        print(_("To take it back: zhike import --undo {number} --as PERSON").format(number=found.pk))


def undo(number: int, actor: Actor) -> int:
    """Take an import back; records that somebody changed since stay and are named."""
    try:
        found = own_run(number, actor=actor)
    except NotFound as error:
        raise CommandFailed(_("There is no import {number} of yours.").format(number=number)) from error
    result = see_through(import_undo(found, actor=actor).pk).result
    print(_("{number} records are as they were before.").format(number=result["undone"]))
    for object_key, record_id, action in result["conflicts"]:
        print(
            _("changed since, left alone: {record} ({action})").format(
                record=f"{object_key} {record_id}", action=action
            )
        )
    return 1 if result["conflicts"] else 0
