"""``zhike export``: writes a list into a spreadsheet, with the rights of a person and into the log of exports."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from zhike.cli.acting import acting, add_actor, object_named
from zhike.cli.command import CommandFailed
from zhike.cli.foreground import see_through
from zhike.cli.language import _
from zhike.engines.exporting.models import LIST_FORMATS
from zhike.engines.exporting.services import export_start


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to write, and where."""
    parser.add_argument("object", help=_("what to write, for example customers"))
    parser.add_argument("file", help=_("file to write, .xlsx or .csv"))
    add_actor(parser)
    parser.add_argument("--columns", default="", help=_("fields, separated by commas (all that the person may read)"))
    parser.add_argument("--filter", help=_('only these records, in the filter language: {"field": …, "op": …}'))
    parser.add_argument("--sort", default="", help=_("fields to sort by, separated by commas, - for descending"))


def run(options: argparse.Namespace) -> int:
    """Write the file and say how many rows it has."""
    target = Path(options.file)
    form = target.suffix.lower().lstrip(".")
    if form not in LIST_FORMATS:
        raise CommandFailed(_("The name of the file must end in .xlsx or .csv."))
    found, job = export_start(
        object_named(options.object),
        actor=acting(options.username),
        columns=listed(options.columns),
        filter=filter_of(options.filter),
        sort=listed(options.sort),
        form=form,
    )
    rows = see_through(job.pk).result["rows"]
    shutil.copyfile(found.path, target)
    print(_("{rows} rows are in {path}").format(rows=rows, path=target))
    return 0


def listed(text: str) -> list[str]:
    """Parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def filter_of(text: str | None) -> dict[str, Any] | None:
    """The filter as JSON."""
    if not text:
        return None
    try:
        read = json.loads(text)
    except ValueError as error:
        raise CommandFailed(_("--filter is no JSON: {error}").format(error=error)) from error
    if not isinstance(read, dict):
        raise CommandFailed(_("--filter is no JSON: {error}").format(error=text))
    return read
