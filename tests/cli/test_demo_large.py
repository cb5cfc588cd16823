"""A large demo is loaded in parts: it leaves what a small one leaves, and half of it is told from the whole."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Model

from zhike.accounts.models import Department, User
from zhike.cli import demo, demo_command, doctor_command
from zhike.cli.command import CommandFailed
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.customers.models import Contact, Customer, Relation
from zhike.domain.quality.models import QualityScore
from zhike.engines.duplicates.models import DuplicateKey
from zhike.engines.figures.models import FigureRow
from zhike.engines.search.models import SearchDocument
from zhike.metadata import chain
from zhike.metadata.models import Change, TimelineEntry
from zhike.metadata.storage import storage

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def empty(db: None) -> None:
    """The cast has left the stage for the time of the test."""
    Department.objects.update(head=None, parent=None)
    User.objects.all().delete()
    Department.objects.all().delete()


#: Records, and what is written with them or computed from them.
COMPARED: tuple[type[Model], ...] = (
    *(Customer, Contact, Relation, Interaction, Task),
    *(Change, TimelineEntry, SearchDocument, DuplicateKey, FigureRow, QualityScore),
)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows but for the hashes, which tell of what is made by chance, such as secrets of forms."""
    found = {}
    for model in COMPARED:
        names = [column.attname for column in model._meta.concrete_fields if column.attname != "hash"]
        found[model._meta.db_table] = list(model._base_manager.order_by("pk").values_list(*names))
    return found


@pytest.mark.usefixtures("empty")
@pytest.mark.skipif(os.environ.get("ZHIKE_TEST_DB") == "postgresql", reason="PostgreSQL gives no id twice")
def test_a_large_demo_leaves_what_a_small_one_leaves() -> None:
    left = []
    for whole in (200, 0):
        with time_machine.travel(NOON, tick=False), transaction.atomic():
            demo.load_demo(customers=200, today=TODAY, whole=whole)
            left.append((everything(), storage().index_statements([Customer._meta.db_table]), chain.end()[0]))
            transaction.set_rollback(True)
    small, large = left
    assert small[1:] == large[1:]
    for table, rows in small[0].items():
        assert rows == large[0][table], table
    assert len(small[0]["customers_customer"]) == 205


@pytest.mark.usefixtures("empty")
def test_a_large_demo_that_was_broken_off_is_told_from_a_whole_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_command.migrate_command, "apply", lambda: None)
    monkeypatch.setattr(demo, "WHOLE", 0)
    monkeypatch.setattr(demo.Loader, "load", lambda _loader, _progress: stop(0, 0))
    assert demo_command.run(Namespace(customers=20)) == demo_command.INTERRUPTED
    assert demo.way_to_begin_anew() in capsys.readouterr().err
    assert demo.broken_off() == 20
    assert doctor_command.demo_whole().mend
    with pytest.raises(CommandFailed, match="zhike demo"):
        demo.load_demo(customers=20, today=TODAY)


@pytest.mark.usefixtures("empty")
def test_every_phase_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo_command.migrate_command, "apply", lambda: None)
    monkeypatch.setattr(demo, "WHOLE", 0)
    assert demo_command.run(Namespace(customers=30)) == 0
    told = capsys.readouterr()
    lines = [line.partition(":")[0] for line in told.err.splitlines()]
    kinds = ("search.rebuild", "duplicates.build", "figures.refresh", "figures.tables", "quality.score_all")
    assert lines[:2] == [demo_command.phase_name(phase) for phase in (demo.CUSTOMERS, demo.INDEXES)]
    assert {demo_command.phase_name(kind) for kind in kinds} <= set(lines)
    assert "zhaojianguo" in told.out
