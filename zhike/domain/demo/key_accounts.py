"""Key accounts of the demo: a plan with goals, minutes and intelligence, a rule, a competitor, and need classes with their teams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from zhike.accounts.models import User
from zhike.domain.demo.stories import numbers
from zhike.domain.key_accounts.accounts import key_account_start
from zhike.domain.key_accounts.models import KeyAccount
from zhike.domain.risk.anomalies import anomaly_report
from zhike.domain.risk.holds import hold_place
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import Origin, record_save

ORIGIN = Origin("demo")
#: The stories that it tells of, and who tells it.
GROUP, FALLING, RISKY = "hundred_million", "silent_key", "risky"
LEADER, CLEANER, SELLER = "linxiaoyan", "qiuxiulan", "chenzhiqiang"

Row = dict[str, Any]


def key_accounts(
    people: Mapping[Any, int], customers: Mapping[Any, int], actor_of: Callable[[User], Actor], today: date
) -> None:
    """Tell it; ``people`` are ids by user name, ``customers`` by local number."""
    there = {key: customers.get(numbers()[key]) for key in (GROUP, FALLING, RISKY)}
    if not {LEADER, CLEANER, SELLER} <= people.keys() or None in there.values():
        return
    ids = {key: pk for key, pk in there.items() if pk is not None}
    leader = actor_of(User.objects.get(pk=people[LEADER]))
    _save(
        "key_account_rule",
        {
            "name": "年营收 20 亿元以上或授信 100 万元以上",
            "filter": {
                "any": [
                    {"field": "annual_revenue", "op": "gte", "value": 200_000_000_000},
                    {"field": "credit_limit", "op": "gte", "value": 100_000_000},
                ]
            },
        },
    )
    key_account_start([ids[GROUP]], actor=leader, why="三年集采框架 1 亿元，全集团 12 家工厂")
    _plan(ids[GROUP], people[LEADER], today)
    _intelligence(ids, people[LEADER], today)
    _needs(ids, people)
    hold_place([ids[RISKY]], actor=leader, reason="欠款 186,400 元超账期 97 天，发货须先款")
    cleaner = actor_of(User.objects.get(pk=people[CLEANER]))
    anomaly_report([ids[RISKY]], actor=cleaner, seen="仓库正在清空，门口停着搬家公司的车", indicator="poor_operations")


def _save(key: str, values: Row) -> int:
    return record_save(registry.get(key), values, actor=SYSTEM, origin=ORIGIN)


def _plan(customer: int, owner: int, today: date) -> None:
    account = KeyAccount.objects.get(customer_id=customer)
    plan = {
        "situation": "首年框架 3,100 万元，一季度到货及时率 97.6 %。镇江厂投诉已解决。",
        "strategy": "跟进常州厂上线；把及时率做到 99 %，为第二年框架谈价打底。",
        "next_review_on": today + timedelta(days=6),
    }
    record_save(registry.get("key_account"), plan, id=account.pk, actor=SYSTEM, origin=ORIGIN)
    year = {"customer": customer, "owner": owner, "starts_on": today - timedelta(days=180)}
    ends = {"ends_on": today + timedelta(days=185)}
    _save(
        "account_goal", {**year, **ends, "title": "12 家工厂全部上线", "metric": "by_hand", "target": 12, "by_hand": 11}
    )
    _save("account_goal", {**year, **ends, "title": "全年拜访不少于 12 次", "metric": "contacts", "target": 12})
    _save(
        "review_meeting",
        {
            "customer": customer,
            "owner": owner,
            "title": "第一季度执行复盘",
            "held_on": today - timedelta(days=84),
            "next_on": today + timedelta(days=6),
            "participants": [owner],
            "guests": "解文静、区少华",
            "minutes": "到货及时率 97.6 %；镇江厂安全鞋投诉已全部更换；两家工厂改为货架补货。",
            "agreed": "下季度起统一编码与条码；常州厂下月纳入配送。",
        },
    )


def _intelligence(ids: Mapping[str, int], owner: int, today: date) -> None:
    rival = _save(
        "competitor",
        {"name": "众联工品", "strengths": "价格低 3–5 %，账期 90 天", "weaknesses": "不做小批量，缺货时不通知"},
    )
    notes: list[tuple[str, int, Row]] = [
        (GROUP, 3, {"title": "常州厂投产，集团年产值再增 20 亿", "kind": "good_news", "source": "website", "reliability": "confirmed"}),
        (GROUP, 200, {"title": "安环部可能并入生产中心", "kind": "system", "source": "internal", "reliability": "rumour", "valid_until": today - timedelta(days=2)}),
        (GROUP, 45, {"title": "众联工品拜访过镇江厂采购", "kind": "competitor", "source": "trade", "reliability": "likely", "competitor": rival, "state": "concluded", "conclusion": "镇江厂框架内价格已锁定，短期风险不大；复盘会上强调到货及时率。"}),
        (FALLING, 30, {"title": "众联工品已进场供切削液", "kind": "competitor", "source": "staff", "reliability": "likely", "competitor": rival}),
    ]  # fmt: skip
    for key, days, values in notes:
        _save(
            "intelligence_note",
            {"customer": ids[key], "owner": owner, "noted_on": today - timedelta(days=days), **values},
        )


def _needs(ids: Mapping[str, int], people: Mapping[Any, int]) -> None:
    team = [people[name] for name in (CLEANER,) if name in people]
    support = _save("needclass", {"name": "技术支持", "people": team})
    _save(
        "needclass",
        {
            "name": "售后服务",
            "people": team,
            "filter": {"all": [{"field": "needs", "op": "contains", "value": "售后"}]},
        },
    )
    _save("customer_need", {"customer": ids[GROUP], "need": support, "title": "统一编码与条码的对接"})
