"""A list goes out exactly as it is shown, and only to who may take it."""

from __future__ import annotations

import csv

import pytest
from python_calamine import CalamineWorkbook

from tests.cast import Cast, actor
from zhike.engines.exporting.models import ExportRun
from zhike.engines.exporting.services import export_cancel, export_start, own_export
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery, Denied, NotFound
from zhike.metadata.records import Row, save

pytestmark = [pytest.mark.django_db, pytest.mark.query]

COLUMNS = ("name", "phones", "tier", "owner", "cooperation_since")


@pytest.fixture
def customers(cast: Cast) -> None:
    rows = [
        {"name": "=1+1", "kind": "company", "tier": "high", "owner": cast.bob.pk, "cooperation_since": "2024-05-01"},
        {"name": "王建国", "kind": "person", "phones": ["13800138000"], "owner": cast.bob.pk},
        {"name": "二部客户", "kind": "company", "owner": cast.charlie.pk},
    ]
    assert save(registry.get("customer"), [Row(row) for row in rows], actor=SYSTEM).ok


def export(cast: Cast, name: str, form: str = "csv", **choices: object) -> ExportRun:
    run, _job = export_start(
        registry.get("customer"),
        actor=actor(getattr(cast, name)),
        columns=COLUMNS,
        sort=("id",),
        form=form,
        **choices,  # type: ignore[arg-type]
    )
    work_off()
    assert Job.objects.get(pk=run.job_id).state == Job.State.DONE
    run.refresh_from_db()
    return run


@pytest.mark.usefixtures("customers")
def test_a_csv_holds_the_shown_columns_without_formulas(cast: Cast) -> None:
    run = export(cast, "clara")
    rows = list(csv.reader(run.path.read_text("utf-8-sig").splitlines()))
    assert rows[1:] == [
        ["'=1+1", "", "高价值", "Bob", "2024-05-01"],
        ["王建国", "138 0013 8000", "", "Bob", ""],
        ["二部客户", "", "", "Charlie", ""],
    ]
    assert run.rows == 3


@pytest.mark.usefixtures("customers")
def test_a_workbook_follows_filter_and_scope(cast: Cast) -> None:
    run = export(cast, "alice", form="xlsx", filter={"field": "kind", "op": "eq", "value": "company"})
    rows = CalamineWorkbook.from_path(run.path).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["'=1+1"]


@pytest.mark.usefixtures("customers")
def test_who_may_not_export_gets_nothing(cast: Cast) -> None:
    with pytest.raises(Denied):
        export(cast, "bob")
    run = export(cast, "clara")
    with pytest.raises(NotFound):
        own_export(run.pk, actor=actor(cast.alice))
    with pytest.raises(BadQuery):
        export_start(registry.get("customer"), actor=actor(cast.clara), columns=("password",))


@pytest.mark.usefixtures("customers")
def test_a_cancelled_export_leaves_no_file(cast: Cast) -> None:
    run, job = export_start(registry.get("customer"), actor=actor(cast.clara), columns=COLUMNS)
    assert export_cancel(run, actor=actor(cast.clara))
    work_off()
    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED
    assert not run.path.exists()
