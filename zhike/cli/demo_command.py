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


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many customers."""
    parser.add_argument("--customers", type=int, default=3_000, help=_("number of customers (3,000)"))


def run(options: argparse.Namespace) -> int:
    """Load, showing how far it is, then say who can sign in."""
    if not 0 <= options.customers <= MOST_CUSTOMERS:
        raise CommandFailed(_("Choose between 0 and {most} customers.").format(most=f"{MOST_CUSTOMERS:,}"))
    migrate_command.apply()
    started = time.monotonic()
    demo.load_demo(customers=options.customers, today=timezone.localdate(), progress=show_progress)
    print(file=sys.stderr)
    seconds = f"{time.monotonic() - started:.1f}"
    print(_("{count} customers are there after {seconds} s.").format(count=f"{options.customers:,}", seconds=seconds))
    print(*people_lines(), sep="\n")
    return 0


def show_progress(done: int, total: int) -> None:
    """One line that counts up, for people at a terminal."""
    if sys.stderr.isatty():
        print(f"\r{done:,} / {total:,}", end="", file=sys.stderr, flush=True)


def people_lines() -> list[str]:
    """Who can sign in, with their roles; all have the same password."""
    lines = [_("Demo people (password {password}):").format(password=PASSWORD)]
    lines += [
        f"  {person.username:<14} {person.name}  {person.title} ({', '.join(person.roles)})"
        for person in branch().people
    ]
    return lines
