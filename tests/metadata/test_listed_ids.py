"""Long lists of ids in conditions find what short ones find."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.listed_ids import LONG, among
from zhike.metadata.records import Row, save

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, LONG, LONG + 1, 1_500])
def test_a_list_of_any_length_finds_the_records_with_these_ids_and_no_others(cast: Cast, count: int) -> None:
    rows = [Row({"name": f"客户{number}", "kind": "company"}) for number in range(LONG + 20)]
    made = [row.id or 0 for row in save(registry.get("customer"), rows, actor=actor(cast.bob)).rows]
    listed = [*made[:count], *range(made[-1] + 1, made[-1] + 1 + max(0, count - len(made)))]
    found = Customer.objects.filter(among("pk", listed)).values_list("pk", flat=True)
    assert sorted(found) == made[:count]
    assert Customer.objects.filter(~among("pk", listed), pk__in=made).count() == len(made[count:])
    owners = [cast.bob.pk, *range(10**9, 10**9 + count)]
    assert Customer.objects.filter(among("owner_id", owners), pk__in=made).count() == len(made)


def test_an_empty_list_finds_nothing(cast: Cast) -> None:
    assert not Customer.objects.filter(among("pk", [])).exists()
