"""The team of a record, and why somebody sees it."""

from __future__ import annotations

import pytest

from tests.cast import Cast, client
from tests.web.records import customers, records
from zhike.metadata.models import TeamMember

pytestmark = pytest.mark.policy


def test_a_member_sees_the_record_and_one_who_may_edit_changes_it(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    bob, charlie = client(cast.bob), client(cast.charlie)

    bob.post(f"/o/customers/{pk}/team/", {"user": cast.charlie.pk, "access": "view"})
    assert charlie.get(f"/o/customers/{pk}/").status_code == 200
    assert charlie.post(f"/o/customers/{pk}/facts/tier/", {"tier": "high"}).status_code == 403

    bob.post(f"/o/customers/{pk}/team/", {"user": cast.charlie.pk, "access": "edit"})
    assert charlie.post(f"/o/customers/{pk}/facts/tier/", {"tier": "high"}).status_code == 200

    bob.post(f"/o/customers/{pk}/team/{cast.charlie.pk}/remove/")
    assert charlie.get(f"/o/customers/{pk}/").status_code == 404


@pytest.mark.parametrize(("name", "status"), [("charlie", 404), ("eve", 403), ("mallory", 403)])
def test_who_may_not_edit_the_record_changes_no_team(cast: Cast, name: str, status: int) -> None:
    [pk] = customers(cast.bob, "海天包装")

    answer = client(cast.people()[name]).post(f"/o/customers/{pk}/team/", {"user": cast.eve.pk, "access": "edit"})

    assert answer.status_code == status
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize("sent", [{"user": "", "access": "view"}, {"user": "999999", "access": "view"}, {"user": "x"}])
def test_nonsense_adds_nobody(cast: Cast, sent: dict[str, str]) -> None:
    [pk] = customers(cast.bob, "海天包装")

    assert client(cast.bob).post(f"/o/customers/{pk}/team/", sent).status_code == 422
    assert not TeamMember.objects.exists()


def test_records_that_follow_another_have_no_team_of_their_own(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    [contact] = records("contact", [{"customer": pk, "name": "王芳"}])

    assert client(cast.bob).get(f"/o/contacts/{contact}/team/").status_code == 404


def test_the_page_says_which_rule_lets_one_see_it(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    alice = client(cast.alice)

    own = alice.get(f"/o/customers/{pk}/why/").content.decode()
    others = alice.get(f"/o/customers/{pk}/why/", {"user": cast.charlie.pk}).content.decode()

    assert "你可以查看" in own
    assert "Charlie不能查看" in others


def test_who_may_only_see_asks_about_nobody_else(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    shown = client(cast.eve).get(f"/o/customers/{pk}/why/", {"user": cast.charlie.pk}).content.decode()

    assert "Charlie" not in shown
