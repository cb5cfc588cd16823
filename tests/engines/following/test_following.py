"""Following: who hears of what, once a batch, by preference, and only of what they may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.caller import caller, told as body_of
from tests.cast import Cast, actor, client, person
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.accounts.roles import field_rules_set, role_create
from zhike.engines.comments.services import comment_add
from zhike.engines.following import services
from zhike.engines.following.models import Following
from zhike.engines.following.services import record_follow
from zhike.engines.following.telling import GATHERED, shows
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, FieldAccess
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.models import Change
from zhike.metadata.records import Row, delete, purge, record_save, save
from zhike.metadata.sealing import run_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


@pytest.fixture(autouse=True)
def _outbox(cast: Cast) -> None:
    """Consumers begin at the end of the log: let them take their place before the test writes."""
    run_outbox()


def told(user: User) -> list[str]:
    run_outbox()
    return list(Notification.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def follow(user: User, *ids: int) -> None:
    for pk in ids:
        record_follow(registry.get("customer"), pk, actor=actor(user))


def change(pk: int, by: User, **values: Any) -> None:
    record_save(registry.get("customer"), values, id=pk, actor=actor(by))


def test_a_follower_hears_what_others_change_and_nothing_of_their_own(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    run_outbox()

    change(pk, cast.alice, tier="low")
    assert told(cast.alice) == []
    change(pk, cast.bob, tier="high")

    assert told(cast.alice) == ["followed"]
    assert told(cast.charlie) == []
    assert "Bob修改了你关注的“海天包装”" in client(cast.alice).get("/notifications/").content.decode()


def test_many_records_of_one_batch_are_one_message(cast: Cast) -> None:
    ids = customers(cast.bob, "甲", "乙", "丙")
    follow(cast.alice, *ids)
    run_outbox()

    save(registry.get("customer"), [Row({"tier": "high"}, id=pk) for pk in ids], actor=actor(cast.bob))

    assert told(cast.alice) == ["followed_many"]


def test_a_call_written_down_is_news_of_its_customer(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    run_outbox()

    client(cast.bob).post(f"/o/customers/{pk}/log/", {"channel": "call", "content": "谈了价格"})

    assert told(cast.alice) == ["followed_news"]


def test_comments_reach_followers_but_nobody_twice(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    follow(cast.bob, pk)
    follow(cast.sara, pk)

    comment_add(registry.get("customer"), pk, "@Alice 看一下", actor=actor(cast.eve))

    assert (told(cast.alice), told(cast.bob), told(cast.sara)) == (["mention"], ["comment"], ["followed_comment"])


def test_a_kind_that_is_switched_off_stays_silent(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    User.objects.filter(pk=cast.alice.pk).update(notifications={"followed": False})
    run_outbox()

    change(pk, cast.bob, tier="high")

    assert told(cast.alice) == []


def test_a_change_of_hidden_fields_alone_is_not_told(cast: Cast) -> None:
    role = role_create(name="前台", like="custodian", actor=actor(cast.adam))
    field_rules_set(role, "customer", {"note": FieldAccess.HIDDEN}, actor=actor(cast.adam))
    clerk = person("clerk", role.key, cast.branch)
    [pk] = customers(cast.bob, "海天包装")
    follow(clerk, pk)
    run_outbox()

    change(pk, cast.bob, note="只给同事看的")
    assert told(clerk) == []
    change(pk, cast.bob, note="再改", tier="high")

    assert told(clerk) == ["followed"]


def test_who_has_lost_sight_of_the_record_hears_nothing(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    moved = {"owner": cast.charlie.pk, "department": cast.second.pk}
    record_save(registry.get("customer"), moved, id=pk, actor=SYSTEM)
    run_outbox()

    change(pk, cast.charlie, tier="high")
    comment_add(registry.get("customer"), pk, "新的负责人", actor=actor(cast.charlie))

    assert told(cast.alice) == []
    assert "海天包装" not in client(cast.alice).get("/notifications/following/").content.decode()


def test_the_system_and_an_account_that_is_closed_are_left_out(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    run_outbox()
    record_save(registry.get("customer"), {"tier": "high"}, id=pk, actor=SYSTEM)
    assert told(cast.alice) == []
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    change(pk, cast.bob, tier="low")
    assert told(cast.alice) == []


def test_nobody_follows_what_they_do_not_see_nor_what_is_private(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    [entry] = records("address_entry", [{"name": "表姐", "owner": cast.bob.pk}])
    with pytest.raises(NotFound):
        record_follow(registry.get("customer"), pk, actor=actor(cast.charlie))
    with pytest.raises(NotFound):
        record_follow(registry.get("address_entry"), entry, actor=actor(cast.bob))
    assert not Following.objects.exists()


def test_there_is_an_end_to_following(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    first, second = customers(cast.bob, "甲", "乙")
    follow(cast.bob, first, first)
    with pytest.raises(Invalid):
        follow(cast.bob, second)
    assert client(cast.bob).post(f"/o/customers/{second}/follow/").status_code == 422


def test_the_bell_of_the_page_follows_and_leaves(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.alice)

    on = browser.post(f"/o/customers/{pk}/follow/", {"on": "1"}).content.decode()
    page = browser.get(f"/o/customers/{pk}/").content.decode()
    listed = browser.get("/notifications/following/").content.decode()
    off = browser.post(f"/o/customers/{pk}/follow/", {"on": "0"}).content.decode()

    assert ['aria-pressed="true"' in part for part in (on, page, listed, off)] == [True, True, True, False]
    assert "海天包装" in listed
    assert not Following.objects.exists()


def test_the_api_follows_and_leaves(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    program = caller(cast.alice)
    assert body_of(program.post(f"/customers/{pk}/follow", {})) == {"id": pk, "followed": True}
    assert Following.objects.get().user_id == cast.alice.pk
    assert body_of(program.post(f"/customers/{pk}/unfollow", {})) == {"id": pk, "followed": False}
    assert not Following.objects.exists()


def test_following_ends_with_the_record(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    delete(registry.get("customer"), [pk], actor=SYSTEM)
    assert "海天包装" not in client(cast.alice).get("/notifications/following/").content.decode()
    purge(registry.get("customer"), [pk], actor=SYSTEM)
    assert not Following.objects.exists()


def test_a_batch_that_nobody_follows_costs_one_query_an_object_type(cast: Cast) -> None:
    def cost(count: int) -> int:
        ids = customers(cast.bob, *(f"客户{number}" for number in range(count)))
        run_outbox()
        save(registry.get("customer"), [Row({"tier": "high"}, id=pk) for pk in ids], actor=actor(cast.bob))
        with CaptureQueriesContext(connection) as asked:
            run_outbox()
        return sum("following_following" in query["sql"] for query in asked)

    assert cost(2) == cost(60) == 1


def test_edits_in_a_row_make_one_message_until_it_is_read(cast: Cast) -> None:
    [pk, other] = customers(cast.bob, "海天包装", "远帆物流")
    follow(cast.alice, pk, other)
    run_outbox()

    change(pk, cast.bob, tier="high")
    change(pk, cast.bob, note="一")
    assert told(cast.alice) == ["followed"]
    change(pk, cast.bob, note="二")
    change(other, cast.bob, note="一")
    change(pk, cast.clara, note="三")
    assert told(cast.alice) == ["followed", "followed", "followed"]

    Notification.objects.filter(user=cast.alice).update(read_at=timezone.now())
    change(pk, cast.bob, note="四")
    assert len(told(cast.alice)) == 4
    Notification.objects.filter(user=cast.alice).update(
        read_at=None, created_at=timezone.now() - GATHERED - timedelta(seconds=1)
    )
    change(pk, cast.bob, note="五")
    assert len(told(cast.alice)) == 5


def test_what_the_product_notes_in_passing_is_no_news(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    follow(cast.alice, pk)
    run_outbox()
    change = Change(
        object_key="customer", record_id=pk, action=Change.Action.UPDATE, values={"custody_since": [None, None]}
    )

    assert not shows(actor(cast.alice), registry.get("customer"), change)


def test_one_filters_by_what_one_follows(cast: Cast) -> None:
    mine, theirs, neither = customers(cast.bob, "海天包装", "远帆物流", "宏图电子")
    follow(cast.bob, mine)
    follow(cast.alice, theirs)

    page = client(cast.bob).get("/o/customers/?view=followed")
    assert [row["id"] for row in page.context["rows"]] == [mine]
    assert "我关注的" in page.content.decode()
    others = {"filter": '{"all":[{"field":"followed","op":"no"}]}'}
    assert {row["id"] for row in client(cast.bob).get("/o/customers/", others).context["rows"]} == {theirs, neither}
    offered = client(cast.bob).get("/o/customers/filter/?format=json").json()["fields"]
    assert "followed" in {field["key"] for field in offered}


@pytest.mark.parametrize(
    "asked", [{"sort": "followed"}, {"filter": '{"all":[{"field":"followed","op":"eq","value":1}]}'}]
)
def test_the_condition_is_no_field(cast: Cast, asked: dict[str, str]) -> None:
    customers(cast.bob, "海天包装")

    assert client(cast.bob).get("/o/customers/", asked).status_code == 422


def test_what_is_seen_by_its_owner_alone_has_no_such_condition(cast: Cast) -> None:
    asked = {"filter": '{"all":[{"field":"followed","op":"yes"}]}'}

    assert client(cast.bob).get("/o/address_book/", asked).status_code == 422
