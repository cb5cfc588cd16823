"""Numbers of other people's records in every place of a form that takes one: they are refused, and nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, actor, client
from tests.permissions.digest import differences, digest
from tests.permissions.scene import build
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.customers.models import Contact
from zhike.engines.comments.services import comment_add
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


@pytest.fixture
def foreign(cast: Cast) -> int:
    """A customer that Bob does not see."""
    return build(cast, "customer", cast.bob).ids["other", False]


@pytest.fixture
def own(cast: Cast, foreign: int) -> int:
    values = {"name": "自己的", "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk}
    return record_save(registry.get("customer"), values, actor=SYSTEM)


@pytest.fixture
def bob(cast: Cast) -> Client:
    return client(cast.bob)


def save(key: str, **values: Any) -> int:
    return record_save(registry.get(key), values, actor=SYSTEM)


def link_forms(own: int, foreign: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """New records of every type that links to a customer, with the foreign one in each link."""
    yield "/o/contacts/new/", {"name": "王芳", "customer": foreign}
    yield "/o/tasks/new/", {"title": "回访", "customer": foreign}
    yield (
        "/o/interactions/new/",
        {"customer": foreign, "channel": "call", "content": "谈", "happened_at": "2026-01-05 10:00"},
    )
    yield "/o/relations/new/", {"customer": foreign, "other": own, "kind": "partner"}
    yield "/o/relations/new/", {"customer": own, "other": foreign, "kind": "partner"}
    yield "/o/groups/new/", {"name": "名单", "kind": "static", "members": [foreign]}


def test_a_new_record_cannot_link_to_what_its_maker_does_not_see(bob: Client, own: int, foreign: int) -> None:
    before = digest()
    for url, form in link_forms(own, foreign):
        answer = bob.post(url, form)
        assert answer.status_code in {403, 422}, (url, answer.status_code)
    assert differences(before) == []


def test_the_refusal_of_a_foreign_number_is_that_of_one_that_does_not_exist(
    bob: Client, own: int, foreign: int
) -> None:
    """Otherwise the form would tell which numbers exist."""
    for url, form in link_forms(own, foreign):
        pages = []
        for number in (foreign, 9_999_999):
            swapped = {key: number if value == foreign else value for key, value in form.items()}
            swapped = {key: [number] if value == [foreign] else value for key, value in swapped.items()}
            page = bob.post(url, swapped).content.decode()
            pages.append([line.strip() for line in page.splitlines() if "error" in line and "form_key" not in line])
        assert [line.replace(str(foreign), "N") for line in pages[0]] == [
            line.replace("9999999", "N") for line in pages[1]
        ], url


def test_links_of_an_existing_record_cannot_be_turned_to_a_foreign_one(
    bob: Client, cast: Cast, own: int, foreign: int
) -> None:
    contact = save("contact", name="王芳", customer=own)
    task = save("task", title="回访", customer=own, owner=cast.bob.pk, department=cast.first.pk)
    hidden_contact = save("contact", name="别人", customer=foreign)
    before = digest()

    for url, form in (
        (f"/o/contacts/{contact}/facts/customer/", {"customer": foreign}),
        (f"/o/contacts/{contact}/edit/customer/", {"customer": foreign}),
        (f"/o/tasks/{task}/facts/customer/", {"customer": foreign}),
        (f"/o/tasks/{task}/facts/contact/", {"contact": hidden_contact}),
        ("/o/tasks/bulk/edit/", {"ids": [task], "field": "customer", "bulk_value": foreign}),
    ):
        answer = bob.post(url, form)
        assert answer.status_code in {200, 403, 422}, (url, answer.status_code)
        assert "别人" not in answer.content.decode()
        assert differences(before) == [], url

    assert (Contact.objects.get(pk=contact).customer_id, Task.objects.get(pk=task).customer_id) == (own, own)


def test_a_contact_cannot_be_written_down_with_a_foreign_record(bob: Client, own: int, foreign: int) -> None:
    hidden = save("contact", name="别人", customer=foreign)
    before = digest()
    talk = {"channel": "call", "content": "谈"}

    assert bob.post("/log/", {**talk, "customer": foreign}).status_code == 422
    assert bob.post(f"/o/customers/{foreign}/log/", talk).status_code == 404
    assert bob.post(f"/o/customers/{own}/log/", {**talk, "contact": hidden}).status_code == 422

    assert differences(before) == []
    assert bob.post("/log/", {**talk, "customer": own}).status_code == 204
    assert Interaction.objects.get().customer_id == own


def test_foreign_numbers_in_a_bulk_form_change_nothing(bob: Client, cast: Cast, own: int, foreign: int) -> None:
    tag = save("tag", name="重点")
    eve = client(cast.eve)
    before = digest()
    for url, form in (
        ("bulk/edit/", {"field": "name", "bulk_value": "改过"}),
        ("bulk/assign/", {"bulk_value": cast.alice.pk}),
        ("bulk/tags/", {"how": "add", "bulk_value": [tag]}),
        ("bulk/delete/", {}),
    ):
        bob.post(f"/o/customers/{url}", {**form, "ids": [foreign]})
        assert differences(before) == [], url
        assert eve.post(f"/o/customers/{url}", {**form, "ids": [own]}).status_code in {403, 404}


def test_comments_and_files_are_reached_only_through_their_own_record(
    bob: Client, cast: Cast, own: int, foreign: int
) -> None:
    customer = registry.get("customer")
    hidden = comment_add(customer, foreign, "内部", actor=actor(cast.charlie)).comment.pk
    mine = comment_add(customer, own, "自己", actor=actor(cast.bob)).comment.pk
    before = digest()

    for record, comment in ((own, hidden), (foreign, hidden), (foreign, mine)):
        for what in ("edit", "delete", "restore"):
            url = f"/o/customers/{record}/comments/{comment}/{what}/"
            assert bob.post(url, {"body": "改过"}).status_code == 404, url
    assert bob.post(f"/o/contacts/{own}/comments/{mine}/delete/").status_code == 404
    assert bob.post(f"/o/customers/{foreign}/files/").status_code == 404

    assert differences(before) == []


def test_somebody_elses_batch_cannot_be_taken_back_and_nothing_foreign_forced(
    bob: Client, cast: Cast, own: int, foreign: int
) -> None:
    record_save(registry.get("customer"), {"note": "改"}, id=foreign, actor=actor(cast.charlie))
    theirs = Batch.objects.filter(actor_id=cast.charlie.pk).latest("pk").pk
    record_save(registry.get("customer"), {"note": "改"}, id=own, actor=actor(cast.bob))
    mine = Batch.objects.filter(actor_id=cast.bob.pk).latest("pk").pk

    before = digest()
    assert bob.post(f"/batches/{theirs}/undo/").status_code == 404
    assert differences(before) == []
    assert bob.post(f"/batches/{mine}/undo/", {"force": [f"customer:{foreign}"]}).status_code == 204
    assert registry.get("customer").model._default_manager.values_list("note", flat=True).get(pk=foreign) == "改"


def test_opening_a_foreign_record_reads_nobody_elses_messages(bob: Client, cast: Cast, foreign: int) -> None:
    comment_add(registry.get("customer"), foreign, "@Charlie 看", actor=actor(cast.clara))
    before = digest()

    assert bob.post(f"/o/customers/{foreign}/opened/").status_code == 404
    assert bob.post("/notifications/read/").status_code == 302

    assert differences(before) == []


def test_only_who_may_create_makes_records_from_a_picker(bob: Client, cast: Cast) -> None:
    before = digest()
    assert bob.post("/o/tags/pick/", {"text": "新标签"}).status_code == 403
    assert differences(before) == []
    assert client(cast.clara).post("/o/tags/pick/", {"text": "新标签"}).status_code == 200


def test_a_team_takes_only_real_people(bob: Client, own: int) -> None:
    before = digest()
    assert bob.post(f"/o/customers/{own}/team/", {"user": 9_999_999, "access": "view"}).status_code == 422
    assert differences(before) == []


def test_signing_out_and_the_language_touch_nobody_else(bob: Client, cast: Cast) -> None:
    other = client(cast.bob)
    bob.post("/language/", {"language": "en"})
    bob.post("/logout/")
    assert bob.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200
    assert type(cast.alice).objects.get(pk=cast.alice.pk).language == cast.alice.language
