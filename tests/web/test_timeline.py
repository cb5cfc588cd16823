"""The timeline: entries, comments, files and changes in one order; filtered, searched and paged; obeying rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.engines.comments.services import comment_add
from zhike.metadata import registry, timeline
from zhike.metadata.actor import SYSTEM, FieldAccess
from zhike.metadata.models import Role, RoleField, Stamp
from zhike.metadata.records import record_save
from zhike.metadata.timeline import AttachedSource

pytestmark = pytest.mark.policy
PART = {"HX-Target": "timeline"}


def calls(customer: int, count: int) -> None:
    """Calls of the last ``count`` hours, numbered from the latest."""
    now = timezone.now()
    records(
        "interaction",
        [
            {
                "customer": customer,
                "channel": "call",
                "content": f"第{number}通电话",
                "happened_at": now - timedelta(hours=number),
            }
            for number in range(1, count + 1)
        ],
    )


def told(markup: str) -> list[int]:
    return [int(number) for number in re.findall(r"第(\d+)通电话", markup)]


def test_everything_that_happened_stands_in_one_order(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    calls(pk, 1)
    comment_add(registry.get("customer"), pk, "内部意见", actor=actor(cast.alice))
    record_save(registry.get("customer"), {"tier": "high"}, id=pk, actor=actor(cast.bob))

    shown = client(cast.bob).get(f"/o/customers/{pk}/", headers=PART).content.decode()

    assert shown.index("价值分级") < shown.index("内部意见") < shown.index("新建了这条记录") < shown.index("第1通电话")


def test_earlier_entries_follow_page_by_page_without_gap_or_repetition(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    for number in range(8):
        record_save(registry.get("customer"), {"note": f"备注{number}"}, id=pk, actor=actor(cast.bob))
    calls(pk, 60)
    browser = client(cast.bob)

    pages = [browser.get(f"/o/customers/{pk}/", headers=PART).content.decode()]
    while more := re.search(r'hx-get="(/o/customers/\d+/timeline/[^"]+)"', pages[-1]):
        pages.append(browser.get(more.group(1).replace("&amp;", "&")).content.decode())

    assert [number for page in pages for number in told(page)] == list(range(1, 61))
    assert len(pages) == 3
    ids = [found for page in pages for found in re.findall(r'id="entry-([^"]+)"', page)]
    assert len(ids) == len(set(ids)) == 69


def test_one_source_one_person_or_some_words_can_be_asked_for(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    calls(pk, 2)
    comment_add(registry.get("customer"), pk, "内部意见", actor=actor(cast.alice))
    browser = client(cast.bob)

    def shown(query: str) -> str:
        return browser.get(f"/o/customers/{pk}/?{query}", headers=PART).content.decode()

    assert told(shown("ts=interaction")) == [1, 2]
    assert "内部意见" not in shown("ts=interaction")
    assert told(shown("ts=comment")) == []
    assert "内部意见" in shown(f"tp={cast.alice.pk}")
    assert told(shown(f"tp={cast.alice.pk}")) == []
    assert told(shown("tq=第2通")) == [2]
    assert "新建了这条记录" in shown("ts=change")
    assert told(shown("ts=change")) == []
    assert browser.get(f"/o/customers/{pk}/?tc=nonsense&tp=x&ts=<b>", headers=PART).status_code == 200


def test_a_hidden_field_appears_neither_in_changes_nor_in_search(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    record_save(registry.get("customer"), {"note": "底价 12.5"}, id=pk, actor=actor(cast.bob))
    records("interaction", [{"customer": pk, "channel": "call", "content": "谈到底价 12.5"}])
    role = Role.objects.get(key="executive")
    for key, field in (("customer", "note"), ("interaction", "content")):
        RoleField.objects.create(role=role, object_key=key, field_key=field, access=FieldAccess.HIDDEN)
    registry.touch(Stamp.RIGHTS)

    eve = client(cast.eve)

    assert "底价" not in eve.get(f"/o/customers/{pk}/").content.decode()
    assert "底价" not in eve.get(f"/o/customers/{pk}/history/").content.decode()
    assert 'class="entry"' not in eve.get(f"/o/customers/{pk}/?tq=底价", headers=PART).content.decode()


def test_tasks_out_of_sight_do_not_show_on_a_shared_customer(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    done = {"status": "done", "done_at": timezone.now()}
    records("task", [{"title": "查理的私事", "customer": pk, "owner": cast.charlie.pk, **done}])
    records("task", [{"title": "鲍勃的任务", "customer": pk, "owner": cast.bob.pk, **done}])

    shown = client(cast.bob).get(f"/o/customers/{pk}/", headers=PART).content.decode()

    assert "鲍勃的任务" in shown
    assert "查理的私事" not in shown


@pytest.fixture
def tickets() -> Iterator[AttachedSource]:
    """A temporary app that registers a second attached source."""
    source = timeline.attach(AttachedSource("ticket", "工单", "headset"))
    yield source
    timeline.detach(source.key)


def test_a_second_source_registers_from_outside(cast: Cast, tickets: AttachedSource) -> None:
    [pk] = customers(cast.bob, "海天包装")
    timeline.note(tickets.key, 7, ("customer", pk), at=timezone.now(), actor_id=cast.sara.pk, title="打印机卡纸")
    browser = client(cast.bob)

    shown = browser.get(f"/o/customers/{pk}/", headers=PART).content.decode()
    alone = browser.get(f"/o/customers/{pk}/?ts=ticket", headers=PART).content.decode()

    assert "打印机卡纸" in shown
    assert "工单" in shown
    assert "打印机卡纸" in alone
    assert "新建了这条记录" not in alone
    assert client(cast.charlie).get(f"/o/customers/{pk}/?ts=ticket").status_code == 404


def test_the_products_bookkeeping_is_told_only_to_who_asks_for_everything(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    record_save(registry.get("customer"), {"custody_since": "2026-01-05T10:00:00+08:00"}, id=pk, actor=SYSTEM)
    browser = client(cast.bob)

    assert "归属起始时间" not in browser.get(f"/o/customers/{pk}/", headers=PART).content.decode()
    history = browser.get(f"/o/customers/{pk}/history/")
    assert "归属起始时间" not in history.content.decode()
    assert "归属起始时间" in browser.get(history.context["everything_url"]).content.decode()
