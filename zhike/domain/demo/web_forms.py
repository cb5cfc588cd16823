"""The web form of the demo: open at a fair, with one known customer's changes to decide about and one piece of spam."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike.domain.collection.models import FormState, WebForm
from zhike.domain.collection.services.arriving import Arrival, arrive
from zhike.domain.collection.services.forms import design_save, form_create
from zhike.domain.customers.models import Customer
from zhike.domain.demo.stories import numbers
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, record_save

ORIGIN = Origin("demo")
#: Who gets the arrivals, and whose customer of the stories comes by the stand.
KEEPER, KNOWN = "zhaojianguo", "silent_key"
FACE = {
    "title": "五月展会登记",
    "title_en": "Trade fair in May",
    "intro": "留下联系方式，我们把样品目录发给您。",
    "intro_en": "Leave your details, and we send you our catalogue.",
    "thanks": "谢谢！三个工作日内会有同事与您联系。",
    "thanks_en": "Thank you! A colleague will be in touch within three working days.",
    "consent": "我同意贵公司为寄送目录和联系洽谈使用以上资料，保存两年；可随时来电撤回。",
    "consent_en": "I agree that you use these data to send the catalogue and to contact me, and keep them for two years; "
    "I may withdraw at any time by phone.",
    "fields": [
        {"object": "customer", "key": "name", "label": "单位名称", "label_en": "Firm", "required": True},
        {"object": "customer", "key": "phones", "label": "手机", "label_en": "Mobile", "required": True},
        {"object": "customer", "key": "needs", "label": "想了解什么", "label_en": "What are you interested in?"},
    ],
}


def web_forms(people: Mapping[Any, int], customers: Mapping[Any, int]) -> None:
    """Make the form and what arrived; ``people`` are ids by user name, ``customers`` by local number."""
    keeper = people.get(KEEPER)
    if keeper is None:
        return
    pk = form_create({"name": "五月展会登记", "person": keeper, "source": "exhibition"}, actor=SYSTEM)
    form = WebForm.objects.get(pk=pk)
    version = design_save(form, FACE, actor=SYSTEM)
    record_save(registry.get("webform"), {"state": FormState.OPEN.value}, actor=SYSTEM, id=pk, origin=ORIGIN)
    form.refresh_from_db()
    known = Customer.objects.filter(pk=customers.get(numbers()[KNOWN], 0), deletion__isnull=True).first()
    if known is not None and known.phones:
        values = {"name": known.name, "phones": known.phones[:1], "needs": "想看新款样品，五月下旬可以拜访"}
        arrive(form, Arrival({"customer": values}, version.number, "demo-known", "", consented=True))
    spam = {"name": "低价代开发票", "phones": ["+8613000000000"]}
    arrive(form, Arrival({"customer": spam}, version.number, "demo-spam", "", spam="填写了正常访客看不到的字段。"))
