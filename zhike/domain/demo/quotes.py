"""Products, prices and quotes of the demo: what the branch sells, and offers in every state, one of them above a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.demo.stories import numbers
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, Row, record_save, save

ORIGIN = Origin("demo")

#: Category → (code, name, specification, unit, list price, cost, tax rate, kind).
GOODS: Mapping[str, tuple[tuple[str, str, str, str, str, str, int, str], ...]] = {
    "打印与复印": (
        ("DY-3280", "激光打印机", "A4 双面 40 页/分钟", "台", "3280", "2610", 13, "goods"),
        ("FY-2680", "彩色复合机", "A3 四合一 55 页/分钟", "台", "26800", "21500", 13, "goods"),
        ("HC-0420", "黑色硒鼓", "6000 页", "支", "420", "260", 13, "goods"),
    ),
    "标签与包装": (
        ("TD-0180", "条码碳带", "110 mm × 300 m", "卷", "180", "105", 13, "goods"),
        ("BQ-0035", "耐油标签纸", "60 × 40 mm，每张计价", "张", "0.035", "0.0192", 13, "goods"),
        ("CR-0046", "缠绕膜", "500 mm × 300 m", "卷", "46.5", "33.8", 13, "goods"),
    ),
    "办公耗材": (("ZZ-0165", "A4 复印纸", "70 g，8 包/箱", "箱", "165", "128", 13, "goods"),),
    "会议与服务": (
        ("HP-8600", "会议平板 86 寸", "含移动支架", "台", "15900", "12800", 13, "goods"),
        ("WB-9800", "年度维保", "四小时上门", "年", "9800", "4200", 6, "service"),
        ("TZ-0001", "会议室套装", "平板、打印机与维保", "套", "27900", "19610", 13, "bundle"),
    ),
}
BUNDLE = ("TZ-0001", (("HP-8600", 1), ("DY-3280", 1), ("WB-9800", 1)))


@dataclass(frozen=True, slots=True)
class Told:
    """A quote of a story: lines are (product code, quantity, discount in percent)."""

    customer: str
    title: str
    lines: tuple[tuple[str, str, int], ...]
    state: str
    #: Days since it was sent, and until it ends.
    sent: int
    ends: int
    discount: int = 0
    answer: tuple[str, str] | None = None


TOLD = (
    Told("silent_key", "标签与碳带年度报价", (("BQ-0035", "480000", 0), ("TD-0180", "600", 5)), "sent", 21, 9),
    Told(
        "duplicate_1",
        "会议室改造",
        (("TZ-0001", "2", 0), ("ZZ-0165", "40", 0)),
        "accepted",
        12,
        18,
        3,
        ("周经理", "发票请开专票。"),
    ),
    Told(
        "hundred_million", "打印设备更换（含维保）", (("FY-2680", "12", 8), ("WB-9800", "12", 15)), "approval", 0, 30, 6
    ),
    Told("risky", "缠绕膜加量", (("CR-0046", "1800", 4),), "refused", 30, -2, 0, ("采购部", "价格高于现供应商。")),
    Told("rising", "开业办公用品", (("DY-3280", "3", 0), ("HC-0420", "12", 0), ("ZZ-0165", "30", 0)), "draft", 0, 15),
)


def quotes(customers: Mapping[int, int], today: date) -> None:
    """``customers`` are ids by number; nothing where the stories are not told."""
    products = _products()
    _prices(products, today)
    told = {key: customers[number] for key, number in numbers().items() if number in customers}
    owners = dict(Customer.objects.filter(pk__in=told.values()).values_list("pk", "owner_id"))
    for quote in TOLD:
        if quote.customer in told:
            _quote(quote, told[quote.customer], owners.get(told[quote.customer]), products, today)


def _products() -> dict[str, int]:
    """Ids by code."""
    found: dict[str, int] = {}
    for category, goods in GOODS.items():
        group = record_save(registry.get("product_category"), {"name": category}, actor=SYSTEM, origin=ORIGIN)
        keys = ("code", "name", "specification", "unit", "list_price", "cost", "tax_rate", "kind")
        rows = [Row({**dict(zip(keys, good, strict=True)), "category": group}) for good in goods]
        result = save(registry.get("product"), rows, actor=SYSTEM, origin=ORIGIN)
        found |= {good[0]: row.id or 0 for good, row in zip(goods, result.rows, strict=True)}
    bundle, parts = BUNDLE
    for code, quantity in parts:
        values = {"bundle": found[bundle], "part": found[code], "quantity": quantity}
        record_save(registry.get("bundle_part"), values, actor=SYSTEM, origin=ORIGIN)
    return found


def _prices(products: Mapping[str, int], today: date) -> None:
    """A price book for key customers, graded by quantity, limits of discounts, and in whose name quotes are made."""
    first = date(today.year, 1, 1)
    book = {"name": f"{today.year} 年重点客户价", "tier": "high", "valid_from": first.isoformat()}
    book_id = record_save(registry.get("price_book"), book, actor=SYSTEM, origin=ORIGIN)
    for code, quantity, price in (
        ("BQ-0035", "1", "0.0325"),
        ("BQ-0035", "100000", "0.0298"),
        ("TD-0180", "1", "168"),
        ("TD-0180", "500", "155"),
        ("FY-2680", "1", "25900"),
    ):
        values = {"book": book_id, "product": products[code], "from_quantity": quantity, "unit_price": price}
        record_save(registry.get("price_book_entry"), values, actor=SYSTEM, origin=ORIGIN)
    for role, percent in (("sales", 10), ("manager", 25), ("*", 0)):
        limit = {"role": role, "percent": percent, "valid_from": first.isoformat()}
        record_save(registry.get("discount_limit"), limit, actor=SYSTEM, origin=ORIGIN)
    seller = {
        "name": "苏州恒业办公设备有限公司",
        "is_default": True,
        "tax_number": "91320500MA1DEMO07X",
        "address": "苏州工业园区星湖街 218 号",
        "phone": "0512-6280 0000",
        "bank": "中国工商银行苏州园区支行",
        "account": "1102 0000 0900 0000 000",
        "terms": "付款：货到 30 天电汇。\n交货：签约后 10 个工作日。\n质保：整机一年，维保期内免费上门。",
    }
    record_save(registry.get("seller"), seller, actor=SYSTEM, origin=ORIGIN)


def _quote(told: Told, customer: int, owner: int | None, products: Mapping[str, int], today: date) -> None:
    values: dict[str, Any] = {
        "customer": customer,
        "title": told.title,
        "owner": owner,
        "valid_until": (today + timedelta(days=told.ends)).isoformat(),
        "discount_percent": told.discount or None,
        "lines": [
            {"product": products[code], "quantity": quantity, "discount_percent": discount or None}
            for code, quantity, discount in told.lines
        ],
    }
    pk = record_save(registry.get("quote"), values, actor=SYSTEM, origin=ORIGIN)
    course: dict[str, Any] = {"state": told.state}
    if told.state not in {"draft", "approval"}:
        course["sent_at"] = _moment(today - timedelta(days=told.sent), 10)
    if told.answer is not None:
        course |= {
            "answered_at": _moment(today - timedelta(days=max(told.sent - 3, 0)), 15),
            "answered_by": told.answer[0],
            "answer": told.answer[1],
        }
    if told.state != "draft":
        record_save(registry.get("quote"), course, id=pk, actor=SYSTEM, origin=ORIGIN)


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
