"""Contracts of the demo: a template, one in force with obligations and an end ahead, one to be signed, and a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from zhike.domain.contracts.choices import ContractState, Signature
from zhike.domain.customers.models import Customer
from zhike.domain.demo.stories import numbers
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, record_save

ORIGIN = Origin("demo")
WORDS = """# 一、标的与价款
{{我方}}（下称乙方）向{{客户}}（下称甲方）供应附表所列货物与服务，价款合计人民币 {{金额}} 元（大写：{{大写金额}}），含税。

# 二、交货与验收
乙方送货至甲方指定地点。甲方收货后五个工作日内验收，逾期未提出书面异议的，视为验收合格。

# 三、付款
甲方按约定的付款计划向乙方账户付款：{{我方开户行}}，{{我方账号}}。

# 四、期限
本合同自 {{开始日期}} 起至 {{结束日期}} 止。

# 五、违约责任
逾期付款或逾期交货的，每逾期一日按未履行部分的万分之三支付违约金。

# 六、争议解决
因本合同产生的争议，双方协商解决；协商不成的，由乙方所在地人民法院管辖。"""


@dataclass(frozen=True, slots=True)
class Told:
    """A contract of a story; days count from today."""

    customer: str
    title: str
    yuan: str
    begins: int
    ends: int
    state: ContractState
    #: (what, by whom, due in so many days, done).
    obligations: tuple[tuple[str, str, int, bool], ...] = ()
    note: str = ""


STORIES = (
    Told(
        "hundred_million",
        "年度包装供货框架合同",
        "860000",
        -318,
        46,
        ContractState.SIGNED,
        (
            ("支付履约保证金", "theirs", -300, True),
            ("提交季度质量报告", "ours", 18, False),
            ("续签价格谈判", "ours", 30, False),
        ),
        "原件在档案柜 B-07。",
    ),
    Told(
        "duplicate_1", "会议室改造合同", "62400", 0, 180, ContractState.SENT, (("支付首款 30%", "theirs", 10, False),)
    ),
    Told("rising", "办公用品月结合同", "48000", 5, 369, ContractState.DRAFT),
)


def contracts(customers: Mapping[Any, int], today: date) -> None:
    """Write the contracts of stories whose customers are there; ``customers`` are ids by local number."""
    _save("contract_template", name="货物供应合同（通用）", is_default=True, months=12, text=WORDS)
    for told in STORIES:
        pk = customers.get(numbers()[told.customer])
        if pk is not None:
            _contract(told, pk, today)


def _contract(told: Told, customer: int, today: date) -> None:
    owner = Customer.objects.values_list("owner_id", flat=True).get(pk=customer)
    begins, ends = today + timedelta(days=told.begins), today + timedelta(days=told.ends)
    contract = _save(
        "contract",
        title=told.title,
        customer=customer,
        owner=owner,
        amount=told.yuan,
        starts_on=begins.isoformat(),
        ends_on=ends.isoformat(),
        note=told.note or None,
    )
    for title, side, days, is_done in told.obligations:
        due = (today + timedelta(days=days)).isoformat()
        values: dict[str, Any] = {
            "title": title,
            "side": side,
            "due_on": due,
            "done_on": due if is_done else None,
            "owner": owner,
        }
        _save("contract_obligation", contract=contract, **values)
    if told.state == ContractState.SIGNED:
        signed = {"signature": Signature.BOTH.value, "signed_on": begins.isoformat()}
        _save("contract", id=contract, state=told.state.value, **signed)
    elif told.state == ContractState.SENT:
        _save("contract", id=contract, state=told.state.value, signature=Signature.OURS.value)


def _save(object_key: str, *, id: int | None = None, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=SYSTEM, id=id, origin=ORIGIN)
