"""Products and their categories: what they hold, who keeps them, and who never sees a cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from tests.domain.catalog.goods import category, product
from zhike.domain.catalog.models import Product, ProductCategory
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.records import Row, record_save, save

pytestmark = pytest.mark.django_db


def codes(refusal: pytest.ExceptionInfo[Invalid], key: str) -> list[str]:
    return [problem.code for problem in refusal.value.problems[key]]


def test_prices_keep_six_decimals(cast: Cast) -> None:
    pk = product("P-1", list_price="0.123456", cost="999999999.999999")

    found = Product.objects.get(pk=pk)
    assert (found.list_price, found.cost) == (Decimal("0.123456"), Decimal("999999999.999999"))
    with pytest.raises(Invalid) as refusal:
        product("P-2", list_price="0.1234567")
    assert codes(refusal, "list_price") == ["too_many_decimals"]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("list_price", "-1", "negative_amount"),
        ("cost", "-0.01", "negative_amount"),
        ("tax_rate", "101", "out_of_range"),
    ],
)
def test_nonsense_is_refused_with_its_field(cast: Cast, key: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        product("P-1", **{key: value})

    assert codes(refusal, key) == [code]


def test_a_code_stands_for_one_product(cast: Cast) -> None:
    product("P-1")

    with pytest.raises(Invalid) as refusal:
        product("P-1", "另一个")

    assert codes(refusal, "code") == ["taken"]


def test_a_category_cannot_lie_within_itself(cast: Cast) -> None:
    top = category("办公设备")
    printers = category("打印机", top)
    lasers = category("激光打印机", printers)

    with pytest.raises(Invalid) as refusal:
        record_save(registry.get("product_category"), {"parent": lasers}, id=top, actor=SYSTEM)

    assert codes(refusal, "parent") == ["circle"]
    assert ProductCategory.objects.get(pk=top).parent_id is None


def test_a_name_stands_once_under_one_category(cast: Cast) -> None:
    top = category("办公设备")
    category("耗材", top)
    category("耗材")

    for parent in (top, None):
        with pytest.raises(Invalid):
            category("耗材", parent)
    twice = save(registry.get("product_category"), [Row({"name": "纸"}), Row({"name": "纸"})], actor=SYSTEM)
    assert [bool(row.problems) for row in twice.rows] == [False, True]


def test_a_cost_comes_out_nowhere_for_those_who_sell(cast: Cast) -> None:
    pk = product("P-1", "会议平板", list_price="15900", cost="12813.5")

    for user in (cast.bob, cast.sara, cast.max):
        program, browser = caller(user), client(user)
        assert "cost" not in told(program.get(f"/products/{pk}"))
        assert program.get('/products?filter={"field":"cost","op":"gt","value":1}').status_code == 400
        assert program.get("/products?sort=cost").status_code == 400
        for url in (f"/o/products/{pk}/", "/o/products/", f"/o/products/{pk}/history/", "/o/products/pick/?q=会议"):
            answer = browser.get(url)
            assert answer.status_code == 200
            assert "12,813" not in answer.content.decode()
            assert "12813" not in answer.content.decode()


def test_those_who_lead_see_the_cost(cast: Cast) -> None:
    pk = product("P-1", "会议平板", list_price="15900", cost="12813.5")

    assert told(caller(cast.alice).get(f"/products/{pk}"))["cost"] == 12813.5
    assert "12,813.5" in client(cast.eve).get(f"/o/products/{pk}/").content.decode()


def test_products_are_looked_up_by_all_and_kept_by_few(cast: Cast) -> None:
    object_type = registry.get("product")
    pk = record_save(object_type, {"code": "P-1", "name": "纸"}, actor=actor(cast.clara))

    record_save(object_type, {"name": "复印纸"}, id=pk, actor=actor(cast.alice))
    for user in (cast.bob, cast.sara, cast.max, cast.eve):
        with pytest.raises(Denied):
            record_save(object_type, {"name": "废纸"}, id=pk, actor=actor(user))
    assert client(cast.mallory).get(f"/o/products/{pk}/").status_code == 403
