"""Deals of the demo: told ones over the whole pipeline, among them one stuck, one slipped and one lost to a competitor, and more beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.demo.stories import numbers
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, Row, record_save, save

ORIGIN = Origin("demo")
STAGES = ("information", "need", "recommendation", "contract", "after_sales")
CHECKS = ("information_decider", "need_budget", "recommendation_sent", "recommendation_answered")
#: Deals beside those that are told, and what they are about.
MORE = 48
SUBJECTS = (
    "劳保用品年度采购",
    "切削液换型",
    "标签与耗材框架",
    "防静电用品补货",
    "包装材料试用",
    "车间清洁用品",
    "打印设备更换",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A deal of a story: ``days`` holds how many days ago it came into each stage; ``step`` is the next step and in how many days."""

    customer: str
    name: str
    #: Yuan.
    amount: int
    days: tuple[int, ...]
    closes_in: int
    step: tuple[str, int] | None = None
    values: Mapping[str, Any] = dataclass_field(default_factory=dict)
    ending: Mapping[str, Any] = dataclass_field(default_factory=dict)


TOLD = (
    Told(
        "silent_key",
        "切削液与标签年度框架",
        460_000,
        (96, 81, 52),
        18,
        None,
        {"needs": "月结改季结，标签要耐油", "intention": "low", "evidence": "报价后三周没有回音"},
    ),
    Told(
        "duplicate_1",
        "铜版纸季度补货协议",
        128_000,
        (47, 40, 22),
        -9,
        ("催客户定下签约日期", 1),
        {"needs": "两小时内补货，按季结算", "intention": "middle", "evidence": "要了两次样张，对价格没有异议"},
    ),
    Told(
        "handed_over",
        "防静电工作服秋季换新",
        315_000,
        (80, 70, 55),
        -20,
        None,
        {"needs": "无尘车间 420 套，分三批到货"},
        {
            "state": "lost",
            "loss_reason": "competitor",
            "competitor": "苏州洁盾防护",
            "close_note": "对方免费上门量体，我们报价低 3 % 仍然输了：下次先带样衣上门。",
        },
    ),
    Told(
        "risky",
        "缠绕膜加量",
        86_000,
        (60, 44),
        -30,
        None,
        {"needs": "缠绕膜每月加两托"},
        {"state": "lost", "loss_reason": "budget", "close_note": "旧款未结清，客户暂停新采购。"},
    ),
    Told(
        "subsidiary",
        "常州厂首月用量",
        210_000,
        (64, 55, 40, 25, 12),
        -12,
        ("首月用量对账并约下一批", 6),
        {"needs": "先送首月用量，并入集团集采", "intention": "high", "evidence": "集团采购部已发确认函"},
        {"state": "won", "win_reason": "relation"},
    ),
    Told(
        "hundred_million",
        "第二年集采框架",
        33_000_000,
        (58, 45, 33, 11),
        38,
        ("与采购总监谈返利条款", 3),
        {
            "needs": "11 家工厂统一价，到货及时率 99 %",
            "forecast": "commit",
            "intention": "high",
            "evidence": "首年及时率 97.6 %，采购总监要求续签",
        },
    ),
    Told(
        "rising",
        "第二条产线劳保与切削液",
        680_000,
        (36, 27, 9),
        45,
        ("送切削液样品并做试切", 2),
        {"needs": "年底投产，用量翻倍", "forecast": "best_case", "intention": "high", "evidence": "生产部长约了试切"},
    ),
    Told(
        "mentioned",
        "标签打印机整批更换",
        192_000,
        (21, 6),
        60,
        ("装两台试用机", 4),
        {"needs": "先试两台，满意后换 16 台", "intention": "middle", "evidence": "信息科已批试用"},
    ),
    Told("long_name", "危化品区耐腐蚀标签", 54_000, (5,), 75, ("寄耐腐蚀样签", 2), {"needs": "要通过耐腐蚀测试"}),
)


def deals(people: Mapping[Any, int], customers: Mapping[Any, int], today: date) -> None:
    """Tell them; ``people`` are ids by user name, ``customers`` by local number."""
    if not people:
        return
    now = timezone.make_aware(datetime.combine(min(today, timezone.localdate()), time(10)))
    for told in TOLD:
        customer = customers.get(numbers()[told.customer])
        if customer is not None:
            _tell(told, Customer.objects.get(pk=customer), now)
    _more(sorted(customers.values()), now)


def _tell(told: Told, customer: Customer, now: datetime) -> None:
    """The deal stage by stage, each at its time, so that its history shows the way."""
    opportunity = registry.get("opportunity")
    moments = [now - timedelta(days=days) for days in told.days]
    closes_on = now.date() + timedelta(days=told.closes_in)
    values = {
        "name": told.name,
        "customer": customer.pk,
        "owner": customer.owner_id,
        "amount": told.amount * 100,
        "close_on": closes_on,
        "stage": STAGES[0],
        "stage_since": moments[0],
        "created_at": moments[0],
        **told.values,
    }
    pk = record_save(opportunity, values, actor=SYSTEM, origin=ORIGIN)
    for place, moment in enumerate(moments[1:], start=1):
        wins = {"closed_at": moment, **told.ending} if STAGES[place] == "after_sales" else {}
        moved = {"stage": STAGES[place], "stage_since": moment, "checks": list(CHECKS[:place]), **wins}
        record_save(opportunity, moved, id=pk, actor=SYSTEM, origin=ORIGIN)
    if told.ending.get("state") == "lost":
        lost = {"closed_at": now - timedelta(days=7), "probability": 0, **told.ending}
        record_save(opportunity, lost, id=pk, actor=SYSTEM, origin=ORIGIN)
    if told.step is not None:
        _step(pk, customer, told.step, now)


def _step(pk: int, customer: Customer, step: tuple[str, int], now: datetime) -> None:
    title, days = step
    values = {
        "title": title,
        "opportunity": pk,
        "customer": customer.pk,
        "owner": customer.owner_id,
        "due_at": now + timedelta(days=days),
    }
    record_save(registry.get("task"), values, actor=SYSTEM, origin=ORIGIN)


def _more(customers: list[int], now: datetime) -> None:
    """Deals of firms that no story tells of, spread over stages, worth and time; most have a next step."""
    rng = Random(20)
    told = len(numbers())
    firms = Customer.objects.filter(
        pk__in=customers[told:], kind="company", owner__isnull=False, deletion__isnull=True
    ).order_by("pk")
    chosen = list(firms[: MORE * 3 : 3])
    rows = [_any(firm, rng, now) for firm in chosen]
    saved = save(registry.get("opportunity"), [Row(row) for row in rows], actor=SYSTEM, origin=ORIGIN)
    steps = [
        {
            "title": rng.choice(("电话跟进需求", "上门拜访", "发送报价", "确认样品结果")),
            "opportunity": outcome.id,
            "customer": firm.pk,
            "owner": firm.owner_id,
            "due_at": now + timedelta(days=rng.randint(1, 14)),
        }
        for firm, outcome in zip(chosen, saved.rows, strict=True)
        if rng.random() < 0.8
    ]
    save(registry.get("task"), [Row(step) for step in steps], actor=SYSTEM, origin=ORIGIN)


def _any(firm: Customer, rng: Random, now: datetime) -> dict[str, Any]:
    place = rng.choices(range(4), (5, 4, 3, 1))[0]
    return {
        "name": rng.choice(SUBJECTS),
        "customer": firm.pk,
        "owner": firm.owner_id,
        "amount": rng.randint(8, 320) * 100_000,
        "close_on": now.date() + timedelta(days=rng.randint(3, 100)),
        "stage": STAGES[place],
        "stage_since": now - timedelta(days=rng.randint(1, 18)),
        "checks": list(CHECKS[:place]) or None,
        "forecast": rng.choices(("pipeline", "best_case", "commit"), (6, 3, 1))[0],
        "intention": rng.choice(("high", "middle", "low")),
        "needs": "按月供货，先试用一个月" if place else None,
    }
