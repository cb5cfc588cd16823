"""The pipeline that 知客 brings along: from information to after-sales service, as the branch guides describe selling [000]."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from zhike.domain.deals.models import Pipeline, PipelineVersion
from zhike.metadata import registry
from zhike.metadata.storage import storage

KEY = "standard"


def _item(key: str, label: str, label_en: str) -> dict[str, str]:
    return {"key": key, "label": label, "label_en": label_en}


def _task(key: str, label: str, label_en: str, after: list[str], days: int) -> dict[str, Any]:
    return {"key": key, "label": label, "label_en": label_en, "kind": "task", "after": after, "days": days}


def shipped_definition() -> dict[str, Any]:
    """Customer information, need analysis, product recommendation, signing the contract, after-sales service."""
    return {
        "stages": [
            {
                "key": "information",
                "label": "信息收集",
                "label_en": "Information",
                "tone": "grey",
                "probability": 10,
                "age_days": 14,
                "duty": "弄清客户是谁、谁说了算、从哪里来",
                "duty_en": "Find out who they are, who decides and where they come from",
                "checklist": [_item("information_decider", "找到决策人", "Found who decides")],
            },
            {
                "key": "need",
                "label": "需求分析",
                "label_en": "Need analysis",
                "tone": "blue",
                "probability": 25,
                "age_days": 21,
                "duty": "问清需求、预算和时间，写进商机",
                "duty_en": "Learn needs, budget and timing, and write them down",
                "leave": {"required": ["needs"]},
                "checklist": [_item("need_budget", "确认预算", "Budget confirmed")],
            },
            {
                "key": "recommendation",
                "label": "产品推荐",
                "label_en": "Recommendation",
                "tone": "indigo",
                "probability": 50,
                "age_days": 30,
                "duty": "按需求推荐产品，报价并答疑",
                "duty_en": "Recommend what fits, give a price, answer questions",
                "enter": {"required": ["amount", "close_on"]},
                "checklist": [
                    _item("recommendation_sent", "方案和报价已发送", "Proposal and price sent"),
                    _item("recommendation_answered", "客户已答复", "The customer has answered"),
                ],
            },
            {
                "key": "contract",
                "label": "合同签订",
                "label_en": "Contract",
                "tone": "purple",
                "probability": 80,
                "age_days": 30,
                "duty": "谈妥条款，走完审批，签字盖章",
                "duty_en": "Settle the terms, have them approved, sign",
                "enter": {"required": ["intention", "evidence"]},
            },
            {
                "key": "after_sales",
                "label": "售后服务",
                "label_en": "After-sales service",
                "tone": "green",
                "probability": 100,
                "duty": "交付、回访，发现下一次需求",
                "duty_en": "Deliver, ask how it went, find the next need",
                "wins": True,
            },
        ],
        "process": [
            _task("deliver", "安排交付", "Arrange delivery", ["stage:after_sales"], 3),
            _task("visit", "成交后回访", "Ask how it went", ["stage:after_sales"], 7),
            {
                "key": "settle",
                "label": "使用一个月",
                "label_en": "A month of use",
                "kind": "wait",
                "after": ["deliver", "visit"],
                "days": 30,
            },
            {
                **_task("head", "主管拜访大单客户", "The manager visits a large customer", ["settle"], 7),
                "when": {"field": "amount", "op": "gte", "value": 10_000_000},
            },
            _task("next_need", "问满意度和下一次需求", "Ask for satisfaction and the next need", ["settle"], 7),
        ],
    }


def bring_pipeline(**_signal: Any) -> None:
    """Every installation has a pipeline; runs after each migration and on first use."""
    if Pipeline.objects.exists():
        return
    with storage().write_transaction():
        storage().lock_key("deals pipeline")
        pipeline, is_new = Pipeline.objects.get_or_create(
            key=KEY, defaults={"name": "标准销售流程", "name_en": "Standard selling", "order": 1}
        )
        if is_new:
            PipelineVersion.objects.create(
                pipeline=pipeline, number=1, definition=shipped_definition(), published_at=timezone.now()
            )
            registry.touch()
