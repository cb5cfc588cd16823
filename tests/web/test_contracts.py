"""The paper of a contract in the browser, and the one click from a quote to its order and contract."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.domain.contracts.test_contracts import contract
from tests.domain.orders.test_from_quote import accepted
from zhike.domain.contracts.models import Contract
from zhike.domain.orders.models import Order
from zhike.metadata import registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.models import Role, RoleField, Stamp

pytestmark = pytest.mark.django_db


def test_the_paper_is_for_whoever_sees_all_that_stands_on_it(cast: Cast) -> None:
    pk = contract(cast)
    answer = client(cast.bob).get(f"/contracts/{pk}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert client(cast.charlie).get(f"/contracts/{pk}/pdf/").status_code == 404
    assert client(cast.mallory).get(f"/contracts/{pk}/pdf/").status_code in {403, 404}
    role = Role.objects.get(key="sales")
    RoleField.objects.create(role=role, object_key="contract", field_key="amount", access=FieldAccess.HIDDEN)
    registry.touch(Stamp.RIGHTS)
    assert client(cast.bob).get(f"/contracts/{pk}/pdf/").status_code == 403


def test_one_click_makes_the_order_and_opens_it(cast: Cast) -> None:
    pk, browser = accepted(cast), client(cast.bob)
    assert "生成订单" in browser.get(f"/o/quotes/{pk}/").content.decode()
    answer = browser.post(f"/o/quotes/{pk}/action/order/", headers={"HX-Request": "true"})
    order = Order.objects.get(quote=pk)
    assert (answer.status_code, answer["HX-Location"]) == (204, f"/o/orders/{order.pk}/")
    assert "生成订单" not in browser.get(f"/o/quotes/{pk}/").content.decode()
    answer = browser.post(f"/o/quotes/{pk}/action/contract/", headers={"HX-Request": "true"})
    made = Contract.objects.get(quote=pk)
    assert (answer["HX-Location"], made.order_id) == (f"/o/contracts/{made.pk}/", order.pk)
    assert actor(cast.bob).user_id == made.owner_id
