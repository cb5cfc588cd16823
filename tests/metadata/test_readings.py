"""Lists sorted by name go by how it is read: stored with every write, paged by keyset, and filled for what was there before."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.cast import Cast, actor
from tests.web.records import customers
from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.lib.reading_order import order_key
from zhike.metadata import registry
from zhike.metadata.customising_objects import object_create
from zhike.metadata.fields.columns import readings_of
from zhike.metadata.filling_readings import filling
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.query]

NAMES = [
    "艾青",
    "Alibaba",
    "北京银行",
    "单强",
    "王小明",
    "王小明",
    "解小龙",
    "尉迟敬德",
    "曾国藩",
    "查理",
    "占豪",
    "张三",
    "章安",
]
#: Not the order of any database.
MIXED = [NAMES[place * 5 % len(NAMES)] for place in range(len(NAMES))]


def ask(cast: Cast, key: str = "customer", **choices: Any) -> Query:
    who = actor(cast.bob)
    return Query(registry.get(key), who, context_for(who), columns=("name",), **choices)


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
def test_pages_of_a_list_by_name_are_those_of_a_phone_book(cast: Cast, limit: int) -> None:
    customers(cast.bob, *MIXED)
    for sort, wanted in (("name", NAMES), ("-name", NAMES[::-1])):
        found, cursor, pages = [], None, []
        while True:
            page = ask(cast, sort=(sort,), cursor=cursor, limit=limit).page()
            pages.append([row.id for row in page.rows])
            found += [row.values["name"] for row in page.rows]
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        assert found == wanted
        back = page.previous_cursor
        for earlier in reversed(pages[:-1]):
            before = ask(cast, sort=(sort,), cursor=back, limit=limit).page()
            assert [row.id for row in before.rows] == earlier
            back = before.previous_cursor


def test_a_new_name_moves_the_record(cast: Cast) -> None:
    first, *_rest = customers(cast.bob, "单强", "王小明", "张三")
    record_save(registry.get("customer"), {"name": "周杰"}, actor=actor(cast.bob), id=first)
    assert [row.values["name"] for row in ask(cast, sort=("name",)).page().rows] == ["王小明", "张三", "周杰"]
    record_save(registry.get("customer"), {"tier": "high"}, actor=actor(cast.bob), id=first)
    assert Customer.objects.get(pk=first).name_reading == order_key("周杰")


def test_names_order_as_a_second_key_too(cast: Cast) -> None:
    customers(cast.bob, "章安", "单强", tier="high")
    customers(cast.bob, "张三", "仇英", tier="low")
    rows = ask(cast, sort=("tier", "name")).page().rows
    assert [row.values["name"] for row in rows] == ["单强", "章安", "仇英", "张三"]


def test_records_of_custom_objects_and_people_go_by_their_reading_too(cast: Cast) -> None:
    object_create(label="设备", key="x_device", actor=actor(cast.adam))
    for name in ("张江一号", "安亭二号", "Bosch"):
        record_save(registry.get("x_device"), {"name": name}, actor=actor(cast.bob))
    found = [row.values["name"] for row in ask(cast, "x_device", sort=("name",)).page().rows]
    assert found == ["安亭二号", "Bosch", "张江一号"]
    # Past the write path, as the framework makes people.
    cast.bob.name = "曾国藩"
    cast.bob.save()
    assert User.objects.get(pk=cast.bob.pk).name_reading == order_key("曾国藩")


def test_a_reading_is_no_field_and_never_shown(cast: Cast) -> None:
    for key in ("customer", "contact", "user"):
        found = registry.get(key)
        assert readings_of(found.model)["name"].attname == found.field("name").reading
        assert not any(field.column == "name_reading" for field in found.fields.values())


def test_what_was_there_before_is_filled_by_the_migration(cast: Cast) -> None:
    ids = customers(cast.bob, *MIXED)
    Customer.objects.update(name_reading="")
    with connection.cursor():
        filling("customers", "customer", "contact")(apps, None)
    assert dict(Customer.objects.filter(pk__in=ids).values_list("pk", "name_reading")) == {
        pk: order_key(name) for pk, name in zip(ids, MIXED, strict=True)
    }
