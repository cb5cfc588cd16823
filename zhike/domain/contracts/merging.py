"""Merge fields: what stands in double braces in the words of a contract, and what it says of one contract.

A field has two names that mean the same, an English and a Chinese one: ``{{customer}}`` and ``{{客户}}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.domain.contracts.models import Contract
from zhike.lib.chinese_amounts import chinese_amount
from zhike.lib.money import format_amount
from zhike.metadata.errors import Problem

FIELD = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
#: What a field with nothing to say leaves on the paper, to be filled in by hand.
BLANK = "________"
STRAY = Problem("stray_braces", _("A merge field opens with {{ and closes with }}: one of both is missing."))


@dataclass(frozen=True, slots=True)
class MergeField:
    """``value`` gives the text for a contract whose links are loaded."""

    key: str
    name: str
    value: Callable[[Contract], Any]


def _day(day: date | None) -> str:
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


def _of(link: str, attribute: str) -> Callable[[Contract], Any]:
    return lambda contract: getattr(getattr(contract, link), attribute, "")


FIELDS = (
    MergeField("number", "合同编号", lambda contract: contract.number),
    MergeField("title", "合同名称", lambda contract: contract.title),
    MergeField("customer", "客户", lambda contract: contract.customer.legal_name or contract.customer.name),
    MergeField("customer_code", "客户信用代码", _of("customer", "credit_code")),
    MergeField("customer_representative", "客户法定代表人", _of("customer", "legal_representative")),
    MergeField("contact", "联系人", _of("contact", "name")),
    MergeField("seller", "我方", _of("seller", "name")),
    MergeField("seller_tax_number", "我方税号", _of("seller", "tax_number")),
    MergeField("seller_address", "我方地址", _of("seller", "address")),
    MergeField("seller_phone", "我方电话", _of("seller", "phone")),
    MergeField("seller_bank", "我方开户行", _of("seller", "bank")),
    MergeField("seller_account", "我方账号", _of("seller", "account")),
    MergeField("owner", "经办人", _of("owner", "name")),
    MergeField("quote", "报价单号", _of("quote", "number")),
    MergeField("order", "订单号", _of("order", "number")),
    MergeField("starts_on", "开始日期", lambda contract: _day(contract.starts_on)),
    MergeField("ends_on", "结束日期", lambda contract: _day(contract.ends_on)),
    MergeField(
        "amount",
        "金额",
        lambda contract: "" if contract.amount is None else format_amount(contract.amount, symbol=False),
    ),
    MergeField(
        "amount_in_words",
        "大写金额",
        lambda contract: "" if contract.amount is None else chinese_amount(contract.amount),
    ),
)
KEYS: Mapping[str, str] = {name: field.key for field in FIELDS for name in (field.key, field.name)}


def problem_in(text: str | None) -> Problem | None:
    """What is wrong with the merge fields of a text."""
    rest = FIELD.sub("", text or "")
    for found in FIELD.findall(text or ""):
        if found.strip() not in KEYS:
            known = "、".join(f"{{{{{field.name}}}}}" for field in FIELDS)
            words = format_lazy(
                _("“{name}” is no merge field. There are: {known}"), name=found.strip()[:40], known=known
            )
            return Problem("unknown_merge_field", words)
    return STRAY if "{{" in rest or "}}" in rest else None


def values_of(contract: Contract) -> dict[str, str]:
    """What every merge field says of a contract now, by key."""
    return {field.key: str(field.value(contract) or "") for field in FIELDS}


def merged_text(text: str, values: Mapping[str, str]) -> str:
    """The words with the values in place; an unknown field stays as it is written."""

    def value(match: re.Match[str]) -> str:
        key = KEYS.get(match.group(1).strip())
        return match.group(0) if key is None else values.get(key) or BLANK

    return FIELD.sub(value, text)
