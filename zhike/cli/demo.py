"""Fills an empty database with the demo business."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

from django.db import transaction
from django.utils import translation

from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.domain.demo.business import Plan
from zhike.domain.demo.loading import Loader, Progress
from zhike.engines.figures.following import refresh_new
from zhike.engines.search.rebuilding import rebuild
from zhike.jobs.worker import work_off
from zhike.metadata.actor import ANONYMOUS, Actor
from zhike.metadata.sealing import run_outbox

#: Up to this many customers are loaded in one transaction and found at once; of more the worker makes the search documents.
SETTLED_AT_ONCE = 10_000


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return not User.objects.exists()


def load_demo(*, customers: int = 3_000, today: date, progress: Progress = lambda _done, _total: None) -> None:
    """Load the branch and as many customers; the same for the same numbers, with ids from 1 on.

    Raises CommandFailed where people work already: demo people have public passwords.
    """
    if not is_empty():
        raise CommandFailed(_("The demo business goes into an empty database only; this one has people in it."))
    # Whole or not at all: a start that is broken off begins anew the next time. A million rows are not for one transaction.
    whole = transaction.atomic() if customers <= SETTLED_AT_ONCE else nullcontext()
    # What is written down in words, such as the title of a request or of a task that a consumer makes, is in the language
    # of the branch, not in that of the terminal.
    with translation.override("zh-hans"):
        with whole:
            Loader(Plan(today=today, customers=customers), _actor).load(progress)
        # PostgreSQL seals only what is committed. The first look of a consumer at the change log begins at its end: nobody
        # is to be told of what the demo wrote.
        run_outbox()
        rebuild()
        refresh_new()
        if customers <= SETTLED_AT_ONCE:
            work_off()


def _actor(user: User) -> Actor:
    return actor_for(user) or ANONYMOUS
