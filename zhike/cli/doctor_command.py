"""``zhike doctor``: says what is wrong with this installation and how to mend it."""

from __future__ import annotations

import argparse
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone, translation

from zhike.accounts.models import User
from zhike.cli import demo, migrate_command
from zhike.cli.language import _, language
from zhike.config import env, messages
from zhike.config.sqlite import FIRST_SOUND
from zhike.engines.mail.models import Mail, MailState
from zhike.engines.mail.server import mail_server
from zhike.engines.mail.words import words
from zhike.engines.search.listening import backlog_size
from zhike.engines.working_time.services import unknown_year_ahead
from zhike.jobs.lease import leases_alive
from zhike.jobs.models import Job
from zhike.jobs.worker import PRESENCE
from zhike.metadata.models import ConsumerPosition

LEAST_FREE_BYTES = 1_000_000_000
OLDEST_POSTGRESQL = 130_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``mend`` says what to do about it and is empty when all is well.

    With ``in_time`` nothing is wrong yet, but will be.
    """

    text: str
    mend: str = ""
    in_time: bool = False

    @property
    def mark(self) -> str:
        if not self.mend:
            return "✓"
        return "!" if self.in_time else "✗"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> int:
    """Print every finding; the exit code is 1 when something is wrong."""
    sick = False
    for finding in examine():
        sick = sick or finding.mark == "✗"
        print(finding.mark, finding.text)
        if finding.mend:
            print("  →", finding.mend)
    return 1 if sick else 0


def examine() -> Iterator[Finding]:
    """All findings. Without a database that answers, only those that need none."""
    yield from (data_directory(), secret_key(), disk(), translations())
    try:
        connection.ensure_connection()
    except Error as error:
        yield Finding(
            _("The database does not answer: {error}").format(error=error),
            _("Check DATABASE_URL and whether the database server runs."),
        )
        return
    yield database_version()
    pending = migrations()
    yield pending
    if not pending.mend:
        checks: tuple[Callable[[], Finding], ...] = (
            worker,
            failed_jobs,
            change_log,
            search_backlog,
            business_calendar,
            mail,
            demo_people,
            demo_whole,
        )
        yield from (check() for check in checks)


def data_directory() -> Finding:
    """The data directory is ours alone; that it can be written to is checked whenever the settings are read."""
    directory = Path(settings.DATA_DIR)
    if stat.S_IMODE(directory.stat().st_mode) & 0o007:
        return Finding(
            _("Everybody on this machine may look into {directory}.").format(directory=directory),
            f"chmod o-rwx {directory}",
        )
    return Finding(_("The data directory is {directory}.").format(directory=directory))


def secret_key() -> Finding:
    """Who reads the key can sign sessions."""
    path = Path(settings.DATA_DIR) / "secret_key"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(_("Other users may read the secret key."), f"chmod 600 {path}")
    return Finding(_("The secret key is kept safe."))


def disk() -> Finding:
    """A full disk stops every write."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    text = _("{size} GB are free on the disk.").format(size=round(free / 1e9, 1))
    if free < LEAST_FREE_BYTES:
        return Finding(text, _("Make room, or move ZHIKE_DATA_DIR to a larger disk."))
    return Finding(text)


def translations() -> Finding:
    """Translations that are not compiled show English."""
    stale = messages.stale()
    if stale:
        return Finding(
            _("{number} translations are not compiled.").format(number=len(stale)), "python -m zhike.config.messages"
        )
    return Finding(_("The translations are compiled."))


def database_version() -> Finding:
    """SQLite without the WAL-reset bug, or a PostgreSQL that is maintained."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()")
            version = str(cursor.fetchone()[0])
        sound = tuple(map(int, version.split("."))) >= FIRST_SOUND
        mend = "" if sound else _("Install the locked dependencies again: make install.")
        return Finding(f"SQLite {version}", mend)
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
    mend = "" if number >= OLDEST_POSTGRESQL else _("Upgrade PostgreSQL to a version that is maintained.")
    return Finding(f"PostgreSQL {number // 10_000}.{number % 10_000}", mend)


def migrations() -> Finding:
    """The tables are those that this version expects."""
    names = migrate_command.pending()
    if names:
        return Finding(_("The database lacks {number} changes.").format(number=len(names)), "zhike migrate")
    return Finding(_("The database is up to date."))


def worker() -> Finding:
    """Without a worker no import, reminder or mail goes out."""
    alive = leases_alive(PRESENCE)
    if not alive:
        return Finding(_("No worker is running."), _("zhike serve starts one; zhike worker starts another."))
    return Finding(_("{number} workers are running.").format(number=len(alive)))


def failed_jobs() -> Finding:
    """Work that was given up."""
    failed = Job.objects.filter(state=Job.State.FAILED)
    number = failed.count()
    if not number:
        return Finding(_("No job has failed."))
    last = failed.order_by("-finished_at")[0]
    return Finding(
        _("{number} jobs have failed.").format(number=number),
        _("The last one: {kind} {id}: {error}").format(kind=last.kind, id=last.pk, error=last.error),
    )


def change_log() -> Finding:
    """A reader of the change log that fails holds up what it feeds: search, figures, notifications."""
    stuck = ConsumerPosition.objects.exclude(error="").order_by("name").first()
    if stuck is None:
        return Finding(_("Every reader of the change log keeps up."))
    return Finding(
        _("{name} cannot read the change log: {error}").format(name=stuck.name, error=stuck.error),
        _("It tries again every second. If a new version does not help, report the error."),
    )


def search_backlog() -> Finding:
    """Large writes are indexed a little later."""
    return Finding(_("{number} changes are still to be indexed for search.").format(number=backlog_size()))


def business_calendar() -> Finding:
    """Deadlines and recalls are counted in working days, which nobody may guess."""
    year = unknown_year_ahead()
    if year is None:
        return Finding(_("The working days of the next months are known."))
    return Finding(
        _("The working days of {year} are not known.").format(year=year),
        _("Take in its holidays under Settings, Working days and hours."),
        in_time=year > timezone.localdate().year,
    )


def mail() -> Finding:
    """Mail that nobody gets is missed by nobody until it matters."""
    server = mail_server()
    if server is None:
        return Finding(_("No mail server is set up: no mail goes out."))
    waiting = Mail.objects.filter(state=MailState.QUEUED).count()
    uncertain = Mail.objects.filter(state=MailState.UNCERTAIN).count()
    if server.fault:
        with translation.override(language().replace("zh_Hans", "zh-hans")):
            fault = str(words(server.fault))
        return Finding(
            _("{host} takes no mail: {fault} {answer}").format(
                host=server.host, fault=fault, answer=server.fault_answer
            ),
            _("Mend it under Settings, E-mail, and send a test. {number} mails wait.").format(number=waiting),
        )
    if server.is_held and waiting:
        return Finding(
            _("{number} mails are held.").format(number=waiting),
            _("Let them go under Settings, E-mail, or cancel them in the mail log."),
            in_time=True,
        )
    if uncertain:
        return Finding(
            _("{number} mails may or may not have arrived.").format(number=uncertain),
            _("Decide about them under Settings, Mail log."),
            in_time=True,
        )
    return Finding(_("Mail goes out through {host}; {number} mails wait.").format(host=server.host, number=waiting))


def demo_whole() -> Finding:
    """Half a demo lacks its indexes too."""
    wanted = demo.broken_off()
    if wanted is None:
        return Finding(_("No demo business was broken off while it was loaded."))
    return Finding(
        _("A demo business of {count} customers is not whole.").format(count=f"{wanted:,}"),
        _("Wait if zhike demo is running. {way}").format(way=demo.way_to_begin_anew()),
    )


def demo_people() -> Finding:
    """Their passwords are public."""
    number = User.objects.filter(is_demo=True).count()
    if number and not env.is_loopback(settings.ENVIRONMENT.host):
        return Finding(
            _("{number} demo people have public passwords.").format(number=number),
            _("Use another database for real work: a database with demo people listens on 127.0.0.1 only."),
        )
    return Finding(_("No demo people can be reached from outside."))
