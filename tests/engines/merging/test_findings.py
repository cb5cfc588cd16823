"""What is known of values travels with them when records are merged, and comes back when the merge is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.web.records import customers
from zhike.engines.merging.services import records_merge
from zhike.engines.merging.undoing import merge_undo
from zhike.engines.verification.marking import mark_value
from zhike.engines.verification.models import ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.write]

SHARED, OWN, LOST = "+8613800001111", "+8613800002222", "wang@example.cn"


def mark(pk: int, field: str, value: str, state: str, days_ago: int = 0) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    mark_value("customer", pk, field, value, state, means="call", actor=SYSTEM, at=at)


def current(*ids: int) -> set[tuple[int, str, str]]:
    rows = ValueMark.objects.filter(object_key="customer", record_id__in=ids, is_current=True)
    return set(rows.values_list("record_id", "value", "state"))


@pytest.fixture
def pair(cast: Cast) -> tuple[int, int]:
    """Two customers that share a number; of the shared one the record that goes knows something younger."""
    [stays] = customers(cast.bob, "恒泰", phones=[SHARED], website="https://a.example")
    [goes] = customers(cast.bob, "恒泰纸业", phones=[SHARED, OWN], emails=[LOST])
    mark(stays, "phones", SHARED, "verified", 30)
    mark(goes, "phones", SHARED, "invalid", 3)
    mark(goes, "phones", OWN, "invalid", 9)
    mark(goes, "phones", OWN, "verified", 2)
    mark(goes, "emails", LOST, "verified", 2)
    return stays, goes


def test_findings_come_along_the_younger_one_counts_and_undoing_takes_them_back(
    cast: Cast, pair: tuple[int, int]
) -> None:
    stays, goes = pair
    before = current(stays, goes)
    rows = ValueMark.objects.count()

    merge = records_merge(
        registry.get("customer"), stays, [goes], actor=actor(cast.alice), choices={"phones": "all", "emails": goes}
    )

    assert current(stays) == {(stays, SHARED, "invalid"), (stays, OWN, "verified"), (stays, LOST, "verified")}
    assert ValueMark.objects.filter(record_id=stays, value=OWN).count() == 2, "the history comes along"

    merge_undo(merge.pk, actor=actor(cast.alice))

    assert current(stays, goes) == before
    assert ValueMark.objects.count() == rows


def test_values_that_were_not_chosen_keep_their_findings_with_the_record_that_went(
    cast: Cast, pair: tuple[int, int]
) -> None:
    stays, goes = pair
    records_merge(registry.get("customer"), stays, [goes], actor=actor(cast.alice), choices={"phones": stays})
    assert (stays, SHARED, "invalid") in current(stays)
    assert OWN not in {value for _pk, value, _state in current(stays)}
    assert (goes, OWN, "verified") in current(goes)


def test_what_was_found_out_after_the_merge_goes_with_the_value(cast: Cast, pair: tuple[int, int]) -> None:
    stays, goes = pair
    merge = records_merge(registry.get("customer"), stays, [goes], actor=actor(cast.alice), choices={"phones": "all"})
    mark(stays, "phones", OWN, "invalid")
    mark(stays, "phones", SHARED, "verified")

    merge_undo(merge.pk, actor=actor(cast.alice))

    assert (goes, OWN, "invalid") in current(goes)
    assert (stays, SHARED, "verified") in current(stays)
    assert (goes, SHARED, "invalid") in current(goes)
    assert not {found for found in current(stays) if found[1] == OWN}
