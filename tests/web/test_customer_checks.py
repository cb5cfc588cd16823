"""The self-update link: one customer, the permitted fields, until it ends; what it brings comes to the owner as old and new."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from tests.domain.pools.scene import PHONE, make_customer
from zhike.domain.collection.models import CheckLink, Proposal, ProposedValue
from zhike.domain.collection.services import checking, proposing
from zhike.domain.customers.models import Customer
from zhike.engines.exporting.models import ExportRun
from zhike.engines.notify.models import Notification
from zhike.engines.verification.models import ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db]


def made(cast: Cast, pk: int) -> str:
    [link] = checking.links_make([pk], actor=actor(cast.bob))
    return f"/c/{link.secret}/"


def token(url: str) -> str:
    found = re.search(r'name="page" value="([^"]+)"', Client().get(url).content.decode())
    assert found is not None
    return found[1]


def said() -> set[tuple[Any, ...]]:
    """What stands as verified by the customer's own link."""
    rows = ValueMark.objects.filter(is_current=True, state="verified", means="link")
    return set(rows.values_list("field_key", "value", "by_id"))


def send(url: str, **values: Any) -> Any:
    data = {"page": token(url), **{key.replace("__", "."): value for key, value in values.items()}}
    return Client(enforce_csrf_checks=True).post(url, data)


def test_the_customer_sees_the_permitted_fields_and_nothing_else(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装", note="难缠", tier="high", wechat="haitian")
    checking.rules_save(["name", "phones"], 7, 2, actor=actor(cast.adam))

    answer = Client().get(made(cast, pk))
    page = answer.content.decode()

    assert "海天包装" in page
    assert PHONE in page.replace(" ", "")
    for hidden in ("难缠", "haitian", "Bob", "high"):
        assert hidden not in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_corrections_come_to_the_owner_and_the_rest_counts_as_confirmed(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装", wechat="haitian")
    url = made(cast, pk)

    assert send(url, customer__name="海天包装", customer__phones=PHONE, customer__wechat="haitian2").status_code == 200
    # The same said again is no second proposal.
    assert send(url, customer__name="海天包装", customer__phones=PHONE, customer__wechat="haitian2").status_code == 200

    customer = Customer.objects.get(pk=pk)
    assert customer.wechat == "haitian"
    row = ProposedValue.objects.get()
    assert (row.field_key, row.old, row.new) == ("wechat", "haitian", "haitian2")
    assert said() == {("name", "海天包装", None), ("phones", f"+86{PHONE}", None)}
    assert Notification.objects.filter(user=cast.bob, kind="change_proposed").count() == 1

    proposing.accept(row.proposal_id, ["wechat"], actor=actor(cast.bob))
    customer.refresh_from_db()
    assert customer.wechat == "haitian2"
    assert Batch.objects.filter(object_key="customer").latest("pk").source == "self_update"
    assert ("wechat", "haitian2", None) in said(), "what the customer corrected is verified once it is taken over"
    assert "客户自助更新" in client(cast.bob).get(f"/o/customers/{pk}/").content.decode()


def test_unchanged_data_are_confirmed_and_the_owner_hears_of_it(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装")
    assert send(made(cast, pk), customer__name="海天包装", customer__phones=PHONE).status_code == 200
    assert not Proposal.objects.exists()
    assert Notification.objects.filter(user=cast.bob, kind="data_confirmed").count() == 1


def test_a_number_that_was_taken_out_is_proposed_without_it(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装", phones=[PHONE, "13911112222"])
    send(made(cast, pk), customer__name="海天包装", customer__phones="13911112222")
    assert ProposedValue.objects.get().new == ["+8613911112222"]


def test_a_link_ends_by_time_use_and_hand(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装")
    checking.rules_save(["name"], 7, 1, actor=actor(cast.adam))
    used, late, revoked, deleted = (made(cast, pk) for _turn in range(4))
    page = token(used)

    assert Client().post(used, {"page": page, "customer.name": "改名"}).status_code == 200
    assert Client().post(used, {"page": page, "customer.name": "改名"}).status_code == 410
    assert Client().get(used).status_code == 410
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert Client().get(late).status_code == 410
    page = token(revoked)
    ended = CheckLink.objects.get(digest=checking.digest_of(revoked.split("/")[2]))
    checking.link_revoke(pk, ended.pk, actor=actor(cast.bob))
    assert Client().post(revoked, {"page": page, "customer.name": "改名"}).status_code == 410
    unknown = Client().get("/c/nothing/")
    assert unknown.status_code == 410
    assert unknown.content == Client().get(revoked).content
    from_bin = registry.get("customer")
    assert Client().get(deleted).status_code == 200
    record_save(from_bin, {"owner": cast.charlie.pk}, actor=SYSTEM, id=pk)
    assert Client().get(deleted).status_code == 200


def test_the_database_never_has_the_secret(cast: Cast) -> None:
    url = made(cast, make_customer(cast, "海天包装"))
    secret = url.split("/")[2]
    assert secret not in str(list(CheckLink.objects.values()))
    assert CheckLink.objects.get().digest == checking.digest_of(secret)


def test_foreign_forged_long_and_wrong_posts_change_nothing(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装")
    url, other = made(cast, pk), made(cast, make_customer(cast, "另一家", phones=[]))
    good = {"page": token(url), "customer.name": "改名"}

    assert Client().post(url, good, headers={"origin": "https://evil.example"}).status_code == 403
    assert Client().post(url, {**good, "page": token(other)}).status_code == 422
    assert Client().post(url, {**good, "customer.name": "长" * 200}).status_code == 422
    assert Client().post(url, {**good, "customer.name": "x" * 70_000}).status_code == 413
    assert Client().post(url, {**good, "customer.name": ""}).status_code == 422
    assert not ProposedValue.objects.exists()
    assert Client().post(url, {**good, "customer.tier": "high", "customer.owner": "1"}).status_code == 200
    assert set(ProposedValue.objects.values_list("field_key", flat=True)) <= set(checking.rules().fields)


def test_only_who_may_change_the_customer_makes_and_ends_links(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装")
    page = f"/checks/{pk}/"
    shown = client(cast.bob).post(page).content.decode()
    assert re.search(r"http://testserver/c/[\w-]{32}/", shown)
    link = CheckLink.objects.get()
    assert "/c/" not in client(cast.bob).get(page).content.decode()

    for person, status in (
        (cast.charlie, 404),
        (cast.max, 403),
        (cast.eve, 403),
        (cast.mallory, 403),
        (cast.adam, 403),
    ):
        assert client(person).get(page).status_code == status
        assert client(person).post(page).status_code == status
        assert client(person).post(f"{page}{link.pk}/revoke/").status_code == status
    assert client(None).post(page).status_code == 302
    assert CheckLink.objects.filter(revoked_at=None).count() == 1
    assert client(cast.alice).post(f"{page}{link.pk}/revoke/").status_code == 302
    assert not CheckLink.objects.filter(revoked_at=None).exists()


def test_links_for_many_are_for_who_may_export_and_change(cast: Cast) -> None:
    mine = [make_customer(cast, name, phones=[]) for name in ("甲公司", "=乙公司")]
    foreign = make_customer(cast, "丙公司", phones=[], owner=cast.charlie.pk, department=cast.second.pk)
    members = [*mine, foreign]
    group = record_save(registry.get("group"), {"name": "重点", "members": members, "shared": True}, actor=SYSTEM)

    for person in (cast.bob, cast.max, cast.eve, cast.mallory, cast.adam):
        assert client(person).get("/checks/").status_code == 403
        assert client(person).post("/checks/", {"group": group}).status_code == 403
    assert not CheckLink.objects.exists()
    assert client(cast.alice).post("/checks/", {"group": "x"}).status_code == 422
    file = client(cast.alice).post("/checks/", {"group": group}).content.decode()

    assert file.count("http://testserver/c/") == 2
    assert "丙公司" not in file
    assert ",=乙公司" not in file
    assert CheckLink.objects.count() == 2


@pytest.mark.parametrize(
    ("keys", "days", "uses"), [([], 7, 1), (["note"], 7, 1), (["tier"], 7, 1), (["name"], 0, 1), (["name"], 7, 21)]
)
def test_rules_that_cannot_be_are_refused(cast: Cast, keys: list[str], days: int, uses: int) -> None:
    with pytest.raises(Invalid):
        checking.rules_save(keys, days, uses, actor=actor(cast.adam))
    form = {"fields": keys, "days": days, "most_uses": uses}
    assert client(cast.adam).post("/settings/checks/", form).status_code == 422


def test_links_for_a_list_over_the_api(cast: Cast) -> None:
    mine = [make_customer(cast, name, phones=[]) for name in ("甲公司", "乙公司")]
    foreign = make_customer(cast, "丙公司", phones=[], owner=cast.charlie.pk, department=cast.second.pk)
    path = "/customers/self-update-links"

    for person in (cast.bob, cast.max, cast.eve, cast.mallory):
        assert caller(person).post(path, {"ids": mine}).status_code in {403, 404}
    assert caller(cast.alice).post(path, {"ids": [*mine, foreign]}).status_code == 404
    assert caller(cast.alice).post(path, {"ids": []}).status_code == 422
    assert not CheckLink.objects.exists(), "nobody gets half of what was asked for"
    answer = caller(cast.alice).post(path, {"ids": mine})

    assert answer.status_code == 201
    rows = told(answer)["data"]
    assert [row["customer"] for row in rows] == mine
    assert Client().get("/c/" + rows[0]["url"].split("/c/")[1]).status_code == 200
    logged = ExportRun.objects.get()
    assert (logged.object_key, logged.actor_id, logged.rows) == ("customer", cast.alice.pk, 2)


def test_links_for_a_ticked_list_as_a_file(cast: Cast) -> None:
    mine = [make_customer(cast, name, phones=[]) for name in ("甲公司", "乙公司")]
    foreign = make_customer(cast, "丙公司", phones=[], owner=cast.charlie.pk, department=cast.second.pk)
    alice, ids = client(cast.alice), [*mine, foreign]

    assert 'hx-post="/checks/"' in alice.get("/o/customers/").content.decode()
    assert 'hx-post="/checks/"' not in client(cast.bob).get("/o/customers/").content.decode()
    led = alice.post("/checks/", {"ids": ids}, headers={"HX-Request": "true"})
    assert not CheckLink.objects.exists()
    target = next(led[name] for name in ("HX-Redirect", "HX-Location", "Location") if name in led)
    assert "ids=" in target
    assert "3 位" in alice.get("/checks/", {"ids": ids}).content.decode()
    file = alice.post("/checks/", {"ids": ids}).content.decode()

    assert file.count("http://testserver/c/") == 2
    assert "丙公司" not in file
    assert ExportRun.objects.get().rows == 2
    assert client(cast.bob).post("/checks/", {"ids": mine}).status_code == 403
