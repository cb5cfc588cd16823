"""``zhike restore``: verifies an archive, puts database and files back, and counts the rows."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from zhike.accounts.models import User
from zhike.cli import archive, migrate_command
from zhike.cli.backup_command import KEPT
from zhike.cli.command import CommandFailed
from zhike.cli.database_copy import COPIES, table_counts
from zhike.cli.language import _
from zhike.jobs.lease import leases_alive
from zhike.jobs.worker import PRESENCE


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to restore, and whether present data may go."""
    parser.add_argument("archive", help=_("archive that zhike backup wrote"))
    parser.add_argument("--force", action="store_true", help=_("replace the data that are here"))


def run(options: argparse.Namespace) -> int:
    """Verify everything before anything is changed."""
    refuse_to_overwrite(force=options.force)
    directory = Path(settings.DATA_DIR)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=directory) as room:
        unpacked = Path(room)
        manifest = archive.unpack(Path(options.archive), unpacked)
        if manifest.vendor != connection.vendor:
            raise CommandFailed(
                _("The archive is of {theirs}, this installation runs on {ours}.").format(
                    theirs=manifest.vendor, ours=connection.vendor
                )
            )
        copy = COPIES[connection.vendor]
        kept = copy.load(unpacked / copy.name)
        if kept is not None:
            print(_("The database that was here before is kept as {path}.").format(path=kept))
        put_back(unpacked, directory)
    compare(manifest)
    migrate_command.apply()
    print(_("Restored as of {time}.").format(time=manifest.made_at))
    return 0


def refuse_to_overwrite(*, force: bool) -> None:
    """A database with people in it is replaced only on demand, and never under a running product."""
    if "accounts_user" not in connection.introspection.table_names():
        return
    if leases_alive(PRESENCE):
        raise CommandFailed(_("A worker is running: stop zhike first."))
    if not force and User.objects.exists():
        raise CommandFailed(_("There are data here. To replace them, add --force; a copy of them is kept."))


def put_back(unpacked: Path, directory: Path) -> None:
    """Swap files and secret key; what was here is kept beside, under a name with the time."""
    stamp = f"{timezone.now():%Y%m%dT%H%M%S}"
    for name in KEPT:
        if not (unpacked / name).exists():
            continue
        place = directory / name
        if place.exists():
            place.rename(place.with_name(f"{name}.before-{stamp}"))
        shutil.move(unpacked / name, place)
        if place.is_file():
            os.chmod(place, 0o600)


def compare(manifest: archive.Manifest) -> None:
    """Print the rows of each table; a difference from the manifest is an error."""
    counts = table_counts()
    different = []
    for table, expected in manifest.tables.items():
        print(f"{counts.get(table, 0):>12}  {table}")
        if counts.get(table) != expected:
            different.append(f"{table}: {counts.get(table)} ≠ {expected}")
    if different:
        raise CommandFailed(_("Rows differ from the archive: {tables}").format(tables="; ".join(different)))
