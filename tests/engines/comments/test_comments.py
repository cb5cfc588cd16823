"""Comments: who may write and read them, whom an @ reaches, and what stays after deleting."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.web.records import customers
from zhike.engines.comments.models import Comment
from zhike.engines.comments.services import comment_add, comment_delete, comment_edit, comment_restore
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import TimelineEntry
from zhike.metadata.records import delete, purge

pytestmark = pytest.mark.policy


def told(kind: str) -> list[int]:
    return sorted(Notification.objects.filter(kind=kind).values_list("user_id", flat=True))


def test_a_mention_reaches_a_colleague_who_may_see_the_record(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    made = comment_add(registry.get("customer"), pk, "@Alice 价格请你看一下", actor=actor(cast.bob))

    assert made.comment.mentions == [cast.alice.pk]
    assert made.unreached == frozenset()
    assert told("mention") == [cast.alice.pk]


def test_a_mention_of_somebody_who_may_not_see_it_reaches_nobody_and_says_so(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    made = comment_add(registry.get("customer"), pk, "问问@Charlie吧", actor=actor(cast.bob))

    assert made.comment.mentions == []
    assert made.unreached == {cast.charlie.pk}
    assert told("mention") == []


def test_the_owner_hears_of_comments_by_others_but_not_of_own_ones(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    comment_add(registry.get("customer"), pk, "做得好", actor=actor(cast.alice))
    comment_add(registry.get("customer"), pk, "谢谢", actor=actor(cast.bob))

    assert told("comment") == [cast.bob.pk]


def test_an_address_is_no_mention(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    made = comment_add(registry.get("customer"), pk, "发到 bob@Alice.example", actor=actor(cast.bob))

    assert made.comment.mentions == []


def test_editing_tells_only_those_mentioned_anew(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    made = comment_add(registry.get("customer"), pk, "@Alice 看一下", actor=actor(cast.bob))

    comment_edit(made.comment.pk, "@Alice @Eve 看一下", actor=actor(cast.bob))

    assert told("mention") == sorted([cast.alice.pk, cast.eve.pk])
    assert TimelineEntry.objects.get(source_key="comment").body == "@Alice @Eve 看一下"


@pytest.mark.parametrize("name", ["charlie", "mallory"])
def test_who_does_not_see_the_record_neither_writes_nor_changes(cast: Cast, name: str) -> None:
    [pk] = customers(cast.bob, "海天包装")
    made = comment_add(registry.get("customer"), pk, "内部意见", actor=actor(cast.bob))
    stranger = actor(cast.people()[name])

    with pytest.raises(NotFound):
        comment_add(registry.get("customer"), pk, "我也来", actor=stranger)
    with pytest.raises(NotFound):
        comment_edit(made.comment.pk, "改掉", actor=stranger)
    with pytest.raises(NotFound):
        comment_delete(made.comment.pk, actor=stranger)
    assert list(Comment.objects.values_list("body", flat=True)) == ["内部意见"]


def test_only_the_author_changes_a_comment_and_a_manager_may_take_it_away(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    made = comment_add(registry.get("customer"), pk, "意见", actor=actor(cast.bob))

    with pytest.raises(Denied):
        comment_edit(made.comment.pk, "改掉", actor=actor(cast.alice))
    with pytest.raises(Denied):
        comment_delete(made.comment.pk, actor=actor(cast.eve))
    comment_delete(made.comment.pk, actor=actor(cast.alice))

    assert not TimelineEntry.objects.filter(source_key="comment").exists()


def test_a_deleted_comment_comes_back_by_undo_of_whoever_deleted_it(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    made = comment_add(registry.get("customer"), pk, "意见", actor=actor(cast.bob))
    comment_delete(made.comment.pk, actor=actor(cast.alice))

    with pytest.raises(Denied):
        comment_restore(made.comment.pk, actor=actor(cast.bob))
    comment_restore(made.comment.pk, actor=actor(cast.alice))

    assert TimelineEntry.objects.get(source_key="comment").body == "意见"


@pytest.mark.parametrize("body", ["", "  \n ", "\x00", "长" * 5_001])
def test_nothing_and_too_much_are_refused(cast: Cast, body: str) -> None:
    [pk] = customers(cast.bob, "海天包装")

    with pytest.raises(Invalid):
        comment_add(registry.get("customer"), pk, body, actor=actor(cast.bob))


def test_comments_go_when_the_record_is_finally_removed(cast: Cast) -> None:
    customer = registry.get("customer")
    [pk] = customers(cast.bob, "海天包装")
    comment_add(customer, pk, "意见", actor=actor(cast.bob))

    delete(customer, [pk], actor=actor(cast.clara))
    assert Comment.objects.exists()
    purge(customer, [pk], actor=actor(cast.clara))

    assert not Comment.objects.exists()
    assert not TimelineEntry.objects.filter(source_key="comment").exists()


def test_the_page_shows_a_comment_as_text_and_marks_the_mention(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    answer = browser.post(f"/o/customers/{pk}/comments/", {"body": "@Alice <script>alert(1)</script>"})
    shown = browser.get(f"/o/customers/{pk}/", headers={"HX-Target": "timeline"}).content.decode()

    assert answer.status_code == 204
    assert '<b class="mention">@Alice</b>' in shown
    assert "<script>" not in shown


def test_a_comment_of_another_record_is_not_reached_through_this_one(cast: Cast) -> None:
    first, second = customers(cast.bob, "甲", "乙")
    made = comment_add(registry.get("customer"), first, "意见", actor=actor(cast.bob))

    answer = client(cast.bob).post(f"/o/customers/{second}/comments/{made.comment.pk}/delete/")

    assert answer.status_code == 404
    assert Comment.objects.filter(deleted_at__isnull=True).count() == 1


def test_only_people_who_may_see_the_record_are_offered(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    found = client(cast.bob).get(f"/o/customers/{pk}/people/", {"q": ""}).json()["results"]
    names = {person["text"] for person in found}

    assert {"Alice", "Eve", "Sara"} <= names
    assert not names & {"Charlie", "Mallory", "Bob", "Disabled", "Expired"}
