"""Fills an empty database with the demo business."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import partial

from django.db import connection, transaction
from django.utils import translation

from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.domain.demo.business import Plan
from zhike.domain.demo.loading import LOADED, Loader
from zhike.domain.quality.following import queue_scoring
from zhike.engines.duplicates.building import build_unfit
from zhike.engines.figures.following import refresh_new
from zhike.engines.figures.table_refresh import refresh_new_tables
from zhike.engines.search.rebuilding import rebuild
from zhike.jobs.run import Report
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS, Actor
from zhike.metadata.changes import sealed_at_once
from zhike.metadata.loading import loading
from zhike.metadata.models import Stamp
from zhike.metadata.sealing import run_outbox
from zhike.metadata.storage import storage

#: Up to this many customers are loaded in one transaction; of more a part stays when loading is broken off.
WHOLE = 10_000
CUSTOMERS, INDEXES, STATISTICS = "customers", "indexes", "statistics"


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return not User.objects.exists()


def broken_off() -> int | None:
    """How many customers were to be loaded by a demo that is not whole: broken off, or still at it. None as a rule."""
    return Stamp.objects.filter(key=Stamp.DEMO).values_list("value", flat=True).first()


def load_demo(
    *,
    customers: int = 3_000,
    today: date,
    report: Report = lambda _phase, _done, _total: None,
    whole: int | None = None,
) -> None:
    """Load the branch and as many customers, and all that is computed from them; the same for the same numbers, with ids from 1 on.

    ``report`` hears of every phase: customers, indexes, the kinds of jobs, statistics. Raises CommandFailed where people work already:
    demo people have public passwords.
    """
    if broken_off() is not None:
        raise CommandFailed(
            _("A demo business was broken off while it was loaded. {way}").format(way=way_to_begin_anew())
        )
    if not is_empty():
        raise CommandFailed(_("The demo business goes into an empty database only; this one has people in it."))
    is_large = customers > (WHOLE if whole is None else whole)
    # What is written down in words, such as the title of a request or of a task that a consumer makes, is in the language
    # of the branch, not in that of the terminal.
    with translation.override("zh-hans"), storage().hurried() if is_large else nullcontext():
        with _in_parts(customers, report) if is_large else _at_once():
            Loader(Plan(today=today, customers=customers), _actor).load(partial(report, CUSTOMERS))
        # The first look of a consumer at the change log begins at its end: nobody is to be told of what the demo wrote.
        run_outbox()
        for queue in (rebuild, build_unfit, refresh_new, refresh_new_tables, queue_scoring):
            queue()
        work_off(report=report)
        if is_large:
            report(STATISTICS, 0, 1)
            storage().analyse()
            report(STATISTICS, 1, 1)


@contextmanager
def _at_once() -> Iterator[None]:
    """Whole or not at all: a start that is broken off begins anew the next time."""
    with transaction.atomic(), sealed_at_once():
        yield


@contextmanager
def _in_parts(customers: int, report: Report) -> Iterator[None]:
    """A million rows are not for one transaction, so a mark stands until all are there."""
    Stamp.objects.create(key=Stamp.DEMO, value=customers)
    with loading([registry.get(key) for key in LOADED], partial(report, INDEXES)):
        yield
    Stamp.objects.filter(key=Stamp.DEMO).delete()


def way_to_begin_anew() -> str:
    """What to do about a database with half a demo in it."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return _("Remove {files} and start zhike demo again.").format(files=f"{name}*")
    return _("Make the database {name} anew (dropdb, createdb) and start zhike demo again.").format(name=name)


def _actor(user: User) -> Actor:
    return actor_for(user) or ANONYMOUS
