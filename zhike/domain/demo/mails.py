"""Mail in the demo: some rows of its log, one for each fate of a mail. Nothing is sent, and the addresses are nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from zhike.engines.mail.models import BadAddress, Mail, MailState
from zhike.engines.mail.services import WORK, mail_send
from zhike.metadata.actor import SYSTEM

CUSTOMERS = "care"
GONE = "caigou@gone.example.com"
UNKNOWN = "550 5.1.1 User unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """One mail: to a colleague by user name, or to an address; ``state`` is None where it stays as the gate left it."""

    days: int
    to: str
    subject: str
    text: str
    state: str | None = None
    reason: str = ""
    answer: str = ""


MAILS = (
    Told(21, "jiang@hengtaimj.example.com", "五月样品目录", "您要的砂轮片和丁腈手套目录见附件，有问题随时找我。", MailState.SENT.value),
    Told(14, "zhaojianguo", "本周要联系的客户：3 家", "恒泰精密超过 200 天没有联系，另外两家的任务明天到期。", MailState.SENT.value),
    Told(9, GONE, "第二季度对账单", "对账单见附件，请在月底前确认。", MailState.FAILED.value, "recipient", UNKNOWN),
    Told(6, GONE, "对账单提醒", "对账单还没有收到确认。", MailState.REFUSED.value, "bad_address"),
    Told(2, "chenzhiqiang", "本周要联系的客户：5 家", "瑞丰重型的季度复盘还有两天。", MailState.CANCELLED.value),
    Told(1, "linxiaoyan", "团队周报", "新增客户 4 家，沉默客户减少 2 家。"),
)  # fmt: skip


def mails(people: Mapping[Any, int], today: date) -> None:
    """Queue them, where there is no server to take them, and say what became of them; ``people`` are ids by user name."""
    for place, told in enumerate(MAILS):
        user = people.get(told.to)
        if user is None and "@" not in told.to:
            continue
        at = timezone.make_aware(datetime.combine(today - timedelta(days=told.days), time(8, 30)))
        mail = mail_send(
            f"{told.to}@yuanzhou.example.com" if user else told.to,
            told.subject,
            told.text,
            key=f"demo:{place}",
            actor=SYSTEM,
            user_id=user,
            language="zh-hans",
            purpose=WORK if user else CUSTOMERS,
        )
        _become(mail, told, at)


def _become(mail: Mail, told: Told, at: datetime) -> None:
    """What the log says of a mail of some days ago."""
    values: dict[str, Any] = {"created_at": at, "run_at": at}
    if told.state is not None:
        values |= {"state": told.state, "reason": told.reason, "answer": told.answer}
    if told.state in {MailState.SENT, MailState.FAILED}:
        values |= {"attempts": 1, "handed_at": at + timedelta(seconds=2)}
    if told.state == MailState.SENT:
        values["sent_at"] = at + timedelta(seconds=3)
    Mail.objects.filter(pk=mail.pk).update(**values)
    if told.reason == "recipient":
        BadAddress.objects.get_or_create(address=mail.to, defaults={"answer": told.answer, "at": at})
