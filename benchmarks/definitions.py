"""The custom fields and the custom object that every base has."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.customising_objects import object_create
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

CHOICES = {"choices": [{"key": f"c{place}", "label": f"选项{place}"} for place in range(1, 7)]}
#: Kind, key, label, whether it has an index, options.
FIELDS: tuple[tuple[str, str, str, bool, dict[str, Any]], ...] = (
    ("integer", "score", "评分", True, {}),
    ("text", "erp_code", "ERP 编号", True, {}),
    ("date", "contract_ends_on", "合同到期", True, {}),
    ("choice", "region_class", "片区", True, CHOICES),
    ("money", "last_year_sales", "去年销售额", True, {}),
    ("text", "bank", "开户行", False, {}),
    ("text", "invoice_title", "开票抬头", False, {}),
    ("long_text", "delivery_note", "送货要求", False, {}),
    ("decimal", "machine_hours", "机器小时", False, {"decimals": 2}),
    ("percent", "discount", "折扣", False, {}),
    ("integer", "printers", "打印机台数", False, {}),
    ("integer", "staff_count", "员工人数", False, {}),
    ("datetime", "last_audit_at", "上次审核", False, {}),
    ("date", "next_service_on", "下次保养", False, {}),
    ("boolean", "has_contract", "有年度合同", False, {}),
    ("boolean", "tax_free", "免税", False, {}),
    ("choice", "payment", "付款方式", False, CHOICES),
    ("multi_choice", "interests", "关注品类", False, CHOICES),
    ("url", "shop", "网店", False, {}),
    ("email", "billing_mail", "开票邮箱", False, {}),
)
OBJECT_KEY = "equipment"
OBJECT_FIELDS: tuple[tuple[str, str, str, bool, dict[str, Any]], ...] = (
    ("link", "customer", "客户", False, {"target": "customer"}),
    ("text", "serial_number", "序列号", True, {}),
    ("date", "installed_on", "安装日期", False, {}),
    ("choice", "state", "状态", False, CHOICES),
    ("integer", "counter", "计数器", False, {}),
)


def define() -> None:
    """Make the fields and the object; their indexes are built by the job that this queues."""
    for kind, key, label, indexed, options in FIELDS:
        field_create("customer", kind=kind, label=label, key=key, indexed=indexed, options=options, actor=SYSTEM)
    object_create(label="设备台账", key=OBJECT_KEY, actor=SYSTEM)
    for kind, key, label, indexed, options in OBJECT_FIELDS:
        field_create(OBJECT_KEY, kind=kind, label=label, key=key, indexed=indexed, options=options, actor=SYSTEM)
    registry.refresh()


def custom_values(object_type: ObjectType, rng: Random, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Plain sample values of all custom fields."""
    return {
        field.key: field.type.sample(field, rng)
        for field in object_type.active_fields
        if field.is_custom and field.key not in without
    }


def sampled(object_type: ObjectType, rng: Random, count: int) -> list[dict[str, Any]]:
    """A pool of sample values to draw from: sampling a million rows one by one would be most of the work."""
    return [custom_values(object_type, rng, without=frozenset({"customer"})) for _one in range(count)]


def custom_fields(object_type: ObjectType) -> Iterator[Field]:
    return (field for field in object_type.active_fields if field.is_custom)
