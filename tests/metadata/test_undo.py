"""Undo: what was written goes back, what people changed since stays and is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
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
