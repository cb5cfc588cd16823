"""``zhike demo``: fills an empty database with a branch, its customers and their history."""

from __future__ import annotations

import argparse
import sys
import time

from django.utils import timezone

from zhike.cli import demo, migrate_command
from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.domain.demo.loading import PASSWORD
from zhike.domain.demo.people import branch

MOST_CUSTOMERS = 10_000_000
SECONDS_BETWEEN_LINES = 0.2
INTERRUPTED = 130


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many customers."""
    parser.add_argument("--customers", type=int, default=3_000, help=_("number of customers (3,000)"))


def run(options: argparse.Namespace) -> int:
    """Load, showing how far it is, then say who can sign in."""
    if not 0 <= options.customers <= MOST_CUSTOMERS:
        raise CommandFailed(_("Choose between 0 and {most} customers.").format(most=f"{MOST_CUSTOMERS:,}"))
    migrate_command.apply()
    started = time.monotonic()
    display = Display()
    try:
        demo.load_demo(customers=options.customers, today=timezone.localdate(), report=display)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        print(what_is_left(), file=sys.stderr)
        return INTERRUPTED
    display.end()
    seconds = f"{time.monotonic() - started:.1f}"
    print(_("{count} customers are there after {seconds} s.").format(count=f"{options.customers:,}", seconds=seconds))
    print(*people_lines(), sep="\n")
    return 0


def what_is_left() -> str:
    """What a demo that was broken off leaves behind, and what to do."""
    if demo.broken_off() is not None:
        return _("Broken off: a part of the demo business is in the database. {way}").format(
            way=demo.way_to_begin_anew()
        )
    if demo.is_empty():
        return _("Broken off: the database is as empty as before.")
    return _("Broken off: all customers are there. The worker of zhike serve computes what is missing.")


class Display:
    """What is going on: at a terminal a line that counts up, elsewhere a line for each phase that is over."""

    def __init__(self) -> None:
        self._phase = ""
        self._total = 0
        self._since = self._shown_at = time.monotonic()

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if phase != self._phase:
            self.end()
            self._phase, self._since, self._shown_at = phase, now, 0.0
        self._total = total
        if sys.stderr.isatty() and (done >= total or now - self._shown_at > SECONDS_BETWEEN_LINES):
            self._shown_at = now
            print(f"\r{phase_name(phase)}: {done:,} / {total:,}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """The phase is over."""
        if self._phase:
            line = f"{phase_name(self._phase)}: {self._total:,}"
            start, room = ("\r", " " * 20) if sys.stderr.isatty() else ("", "")
            seconds = f"{time.monotonic() - self._since:.1f} s"
            print(f"{start}{line} ({seconds}){room}", file=sys.stderr, flush=True)
        self._phase = ""


def phase_name(phase: str) -> str:
    """A phase in words; jobs that nobody knows of here by their kind."""
    names = {
        demo.CUSTOMERS: _("customers"),
        demo.INDEXES: _("indexes"),
        demo.STATISTICS: _("statistics"),
        "search.rebuild": _("search"),
        "duplicates.build": _("search for duplicates"),
        "figures.refresh": _("figures"),
        "figures.tables": _("tables of figures"),
        "quality.score_all": _("data quality"),
        "tiers.grade_all": _("tiers"),
    }
    return names.get(phase, phase)


def people_lines() -> list[str]:
    """Who can sign in, with their roles; all have the same password."""
    lines = [_("Demo people (password {password}):").format(password=PASSWORD)]
    lines += [
        f"  {person.username:<14} {person.name}  {person.title} ({', '.join(person.roles)})"
        for person in branch().people
    ]
    return lines
