"""Undo: what was written goes back, what people changed since stays and is shown."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.metadata import registry, undo
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied
from zhike.metadata.models import Batch
from zhike.metadata.records import Row, delete, record_save, save

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def make(cast: Cast, count: int = 2) -> tuple[list[int], Batch]:
    rows = [Row({"name": f"客户{number}", "kind": "company", "tier": "low"}) for number in range(count)]
    result = save(registry.get("customer"), rows, actor=actor(cast.bob))
    return [row.id or 0 for row in result.rows], Batch.objects.get(pk=result.batch_id)


def change(cast: Cast, ids: list[int], **values: object) -> Batch:
    result = save(registry.get("customer"), [Row(values, id=pk) for pk in ids], actor=actor(cast.bob))
    return Batch.objects.get(pk=result.batch_id)


def test_a_bulk_change_goes_back(cast: Cast) -> None:
    ids, _batch = make(cast)
    tag = record_save(registry.get("tag"), {"name": "重点"}, actor=SYSTEM)
    batch = change(cast, ids, tier="high", tags=[tag])
    result = undo.undo([batch], actor=actor(cast.bob))
    assert (result.undone, result.conflicts) == (2, [])
    assert set(Customer.objects.values_list("tier", flat=True)) == {"low"}
    assert not Customer.objects.filter(tags__isnull=False).exists()
    batch.refresh_from_db()
    assert batch.undone_by is not None


def test_a_later_change_stays_and_is_listed_with_both_values(cast: Cast) -> None:
    ids, _batch = make(cast)
    batch = change(cast, ids, tier="high")
    record_save(registry.get("customer"), {"tier": "middle"}, actor=actor(cast.alice), id=ids[0])
    result = undo.undo([batch], actor=actor(cast.bob))
    assert result.undone == 1
    assert [(found.record_id, found.values) for found in result.conflicts] == [
        (ids[0], {"tier": ("low", "high", "middle")})
    ]
    assert dict(Customer.objects.values_list("pk", "tier")) == {ids[0]: "middle", ids[1]: "low"}
    forced = undo.undo([batch], actor=actor(cast.bob), force=frozenset({("customer", ids[0])}))
    assert forced.conflicts == []
    assert Customer.objects.get(pk=ids[0]).tier == "low"


def test_undoing_a_creation_spares_records_that_got_children(cast: Cast) -> None:
    ids, batch = make(cast)
    record_save(registry.get("contact"), {"name": "张", "customer": ids[0]}, actor=actor(cast.alice))
    result = undo.undo([batch], actor=actor(cast.bob))
    assert [found.record_id for found in result.conflicts] == [ids[0]]
    assert list(Customer.objects.filter(deletion__isnull=True).values_list("pk", flat=True)) == [ids[0]]


def test_a_deletion_goes_back(cast: Cast) -> None:
    ids, _batch = make(cast)
    result = delete(registry.get("customer"), ids, actor=actor(cast.bob))
    undo.undo([Batch.objects.get(pk=result.batch_id)], actor=actor(cast.bob))
    assert Customer.objects.filter(deletion__isnull=True).count() == 2


def test_only_who_wrote_it_may_take_it_back_and_only_for_thirty_days(cast: Cast) -> None:
    _ids, batch = make(cast)
    with pytest.raises(Denied):
        undo.undo([batch], actor=actor(cast.alice))
    Batch.objects.filter(pk=batch.pk).update(at=timezone.now() - timedelta(days=31))
    batch.refresh_from_db()
    with pytest.raises(Denied):
        undo.undo([batch], actor=actor(cast.bob))


def test_an_undoing_that_was_killed_goes_on_where_it_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "AT_ONCE", 2)
    ids, batch = make(cast, 5)
    kept: list[undo.UndoResult] = []

    def keep(result: undo.UndoResult) -> None:
        if len(kept) == 1:
            raise RuntimeError("killed")
        kept.append(deepcopy(result))

    with pytest.raises(RuntimeError):
        undo.undo([batch], actor=actor(cast.bob), keep=keep)
    batch.refresh_from_db()
    assert batch.undone_by is None
    assert Customer.objects.filter(deletion__isnull=True).count() == 3
    result = undo.undo([batch], actor=actor(cast.bob), result=kept[0])
    assert (result.undone, result.conflicts) == (5, [])
    assert not Customer.objects.filter(pk__in=ids, deletion__isnull=True).exists()
    batch.refresh_from_db()
    assert batch.undone_by is not None


def test_what_the_same_import_wrote_later_is_nobody_elses_change(cast: Cast) -> None:
    ids, first = make(cast)
    second = change(cast, ids, tier="high")
    undo.undo([second], actor=actor(cast.bob))
    assert undo.undo([first], actor=actor(cast.bob), beside=[second.pk]).conflicts == []


def test_undoing_costs_the_same_statements_however_many_records(cast: Cast) -> None:
    counts = []
    for size in (20, 200):
        _ids, batch = make(cast, size)
        with CaptureQueriesContext(connection) as statements:
            assert undo.undo([batch], actor=actor(cast.bob)).undone == size
        counts.append(len(statements))
    # SQLite takes words out of the index by one call more or less; nothing may grow with the records.
    assert counts[1] - counts[0] <= 3, counts
