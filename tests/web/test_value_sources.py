"""Each value says which way it came and when it was last confirmed, to whoever may read it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor, client
from tests.domain.pools.scene import make_customer
from tests.web.records import records
from zhike.domain.collection.provenance import provenance_of
from zhike.engines.verification.marking import confirm
from zhike.engines.verification.models import Means, ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage

pytestmark = [pytest.mark.django_db]


def test_a_value_comes_with_the_record_until_something_changes_it(cast: Cast) -> None:
    customer = registry.get("customer")
    values = {"name": "海天包装", "needs": "纸箱", "wechat": "haitian"}
    pk = record_save(customer, values, actor=actor(cast.clara), origin=Origin("import", "客户.xlsx"))
    record_save(customer, {"needs": "木箱"}, actor=actor(cast.clara), id=pk)
    record_save(customer, {"wechat": "haitian2"}, actor=SYSTEM, id=pk, origin=Origin("self_update"))

    with CaptureQueriesContext(connection) as queries:
        found = provenance_of(customer, pk, ["name", "needs", "wechat"])

    assert {key: told.source for key, told in found.items()} == {
        "name": "import",
        "needs": "web",
        "wechat": "self_update",
    }
    assert found["name"].label == "客户.xlsx"
    assert found["name"].actor_id == cast.clara.pk
    assert found["wechat"].actor_id is None
    assert len(queries) <= 4


def test_a_confirmation_holds_until_the_value_changes(cast: Cast) -> None:
    customer = registry.get("customer")
    pk = make_customer(cast, "海天包装", needs="纸箱")
    with storage().write_transaction():
        confirm(customer, {pk: ["needs", "name"]}, means=Means.CALL, by=cast.bob.pk)
        confirm(customer, {pk: ["needs"]}, means=Means.LINK, by=None)

    found = provenance_of(customer, pk, ["needs", "name"])
    assert (found["needs"].means, found["needs"].confirmed_by_id) == ("link", None)
    assert (found["name"].means, found["name"].confirmed_by_id) == ("call", cast.bob.pk)

    record_save(customer, {"needs": "木箱"}, actor=SYSTEM, id=pk)
    found = provenance_of(customer, pk, ["needs", "name"])
    assert found["needs"].confirmed_at is None
    assert found["name"].confirmed_at is not None
    record_save(customer, {"needs": "纸箱"}, actor=SYSTEM, id=pk)
    assert provenance_of(customer, pk, ["needs"])["needs"].confirmed_at is None, "a value that returns starts anew"
    assert ValueMark.objects.filter(record_id=pk, field_key="needs").count() == 2, "what was said stays in the history"


def test_a_confirmed_value_says_so_on_the_page_and_tells_by_whom_and_how(cast: Cast) -> None:
    customer = registry.get("customer")
    pk = make_customer(cast, "海天包装", wechat="haitian", note="一\n二")
    with storage().write_transaction():
        confirm(customer, {pk: ["wechat", "note"]}, means=Means.REVIEW, by=cast.alice.pk)

    page = client(cast.bob).get(f"/o/customers/{pk}/").content.decode()
    assert "已核实 · 档案修订 · " in page
    told = client(cast.bob).get(f"/o/customers/{pk}/values/wechat/?value=haitian").content.decode()
    assert "Alice" in told
    assert "手工录入" in told
    assert "vouch-choices" not in told
    assert client(cast.charlie).get(f"/o/customers/{pk}/values/wechat/?value=haitian").status_code == 404
    assert client(cast.bob).get(f"/o/customers/{pk}/values/wechat/?value=other").status_code == 404
    assert "档案修订" in client(cast.bob).get(f"/o/customers/{pk}/sources/").json()["note"]


def test_confirming_a_thousand_values_takes_few_statements(cast: Cast) -> None:
    customer = registry.get("customer")
    ids = records("customer", [{"name": f"客户{number}"} for number in range(1_000)])
    with storage().write_transaction(), CaptureQueriesContext(connection) as queries:
        done = confirm(customer, {pk: ["name"] for pk in ids}, means=Means.REVIEW, by=cast.bob.pk)
    assert done == 1_000
    # SQLite takes 999 parameters a statement, and the scores of quality follow.
    assert len(queries) <= 30


def test_only_who_sees_the_record_and_the_field_reads_where_it_comes_from(cast: Cast) -> None:
    pk = make_customer(cast, "海天包装", needs="纸箱")
    url = f"/o/customers/{pk}/sources/"

    told = client(cast.bob).get(url).json()
    assert "手工录入" in told["needs"]
    assert client(cast.charlie).get(url).status_code == 404
    assert client(cast.mallory).get(url).status_code == 403
    assert client(None).get(url).status_code == 302
    assert url.removesuffix("sources/") in client(cast.bob).get(f"/o/customers/{pk}/").content.decode()
