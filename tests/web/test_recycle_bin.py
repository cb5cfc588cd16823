"""The recycle bin: what comes back, what goes for good, and by whom."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.domain.customers.models import Contact, Customer
from zhike.metadata import registry
from zhike.metadata.records import delete

pytestmark = pytest.mark.policy


def deleted(cast: Cast, name: str) -> int:
    (pk,) = customers(cast.bob, name)
    records("contact", [{"customer": pk, "name": "李四"}])
    delete(registry.get("customer"), [pk], actor=actor(cast.bob))
    return pk


def test_a_record_comes_back_with_what_went_with_it(cast: Cast) -> None:
    pk = deleted(cast, "海天包装")
    browser = client(cast.bob)

    assert "海天包装" in browser.get("/o/customers/bin/").content.decode()
    assert browser.post(f"/o/customers/bin/{pk}/restore/").status_code == 204
    assert Customer.objects.get(pk=pk).deletion_id is None
    assert Contact.objects.get(customer_id=pk).deletion_id is None


def test_the_bin_obeys_rights(cast: Cast) -> None:
    pk = deleted(cast, "海天包装")

    assert "海天包装" not in client(cast.charlie).get("/o/customers/bin/").content.decode()
    assert client(cast.charlie).post(f"/o/customers/bin/{pk}/restore/").status_code == 404
    assert client(cast.eve).get("/o/customers/bin/").status_code == 403
    assert client(cast.bob).post(f"/o/customers/bin/{pk}/purge/", {"confirm": "海天包装"}).status_code == 403
    assert Customer.objects.get(pk=pk).deletion_id is not None


def test_final_removal_asks_for_the_name(cast: Cast) -> None:
    pk = deleted(cast, "A & B <公司>")
    browser = client(cast.clara)

    assert browser.get(f"/o/customers/bin/{pk}/purge/").status_code == 200
    assert browser.post(f"/o/customers/bin/{pk}/purge/", {"confirm": "海天"}).status_code == 422
    assert Customer.objects.filter(pk=pk).exists()
    assert browser.post(f"/o/customers/bin/{pk}/purge/", {"confirm": "A & B <公司>"}).status_code == 204
    assert not Customer.objects.filter(pk=pk).exists()
