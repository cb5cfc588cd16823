"""Pages of approvals: asking with the reasons before one's eyes, the path beside the record, and the editor of flows."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.cast import Cast, actor, client
from tests.engines.approvals.flow_of import customer, flow, person, step
from zhike.domain.customers.models import Customer
from zhike.engines.approvals.deciding import approval_grant
from zhike.engines.approvals.models import Approval, ApprovalFlow
from zhike.metadata import registry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db

SIDE = {"HX-Request": "true", "HX-Target": "record-side-body"}


def ask_url(pk: int) -> str:
    return f"/o/customers/{pk}/approvals/ask/?kind=general"


def side(user: Any, pk: int, slug: str = "customers") -> str:
    return client(user).get(f"/o/{slug}/{pk}/", headers=SIDE).content.decode()


def test_the_dialog_says_why_and_who_before_anything_is_sent(cast: Cast) -> None:
    named = {"field": "name", "op": "contains", "value": "海天"}
    flow(
        cast,
        step({"by": "manager"}, hours=8),
        step(person(cast.eve, cast.clara), need="all"),
        when=named,
        covers=["name"],
    )
    pk = customer(cast)

    page = client(cast.bob).get(ask_url(pk)).content.decode()

    for words in ("需要审批，因为", "海天", "申请人的上级", "Alice", "Eve", "Clara", "8 个工作小时内", "全部"):
        assert words in page
    assert not Approval.objects.exists()
    sent = client(cast.bob).post(ask_url(pk), {"reason": "年度框架"})
    assert sent.status_code == 204
    again = client(cast.bob).post(ask_url(pk), {"reason": "再来"})
    assert again.status_code == 422
    assert "已在审批中" in again.content.decode()


def test_who_may_not_change_the_record_asks_for_nothing(cast: Cast) -> None:
    flow(cast, step(person(cast.eve)))
    pk = customer(cast)
    for user, status in ((cast.charlie, 404), (cast.max, 403), (cast.mallory, 403)):
        assert client(user).get(ask_url(pk)).status_code == status
        assert client(user).post(ask_url(pk), {"reason": "x"}).status_code == status
    assert client(cast.bob).get(ask_url(pk).replace("general", "conflict")).status_code == 404
    assert not Approval.objects.exists()


def test_the_path_stands_beside_the_record_and_on_the_approvals_own_page(cast: Cast) -> None:
    flow(cast, step(person(cast.alice)), step({"by": "role", "role": "executive"}), covers=["name"])
    pk = customer(cast)
    assert "申请：记录审批" in side(cast.bob, pk)
    client(cast.bob).post(ask_url(pk), {"reason": "年度框架"})
    approval = Approval.objects.get()
    approval_grant([approval.pk], actor=actor(cast.alice), answer="同意，注意账期")

    beside = side(cast.bob, pk)
    assert "同意，注意账期" in beside
    assert "审批中" in beside
    own = side(cast.bob, approval.pk, "approvals")
    assert "提交时的内容" in own
    assert "海天包装" in own
    assert "年度框架" in own


def test_what_stands_still_says_so_in_the_form(cast: Cast) -> None:
    flow(cast, step(person(cast.alice)), covers=["name"])
    pk = customer(cast)
    client(cast.bob).post(ask_url(pk), {"reason": "年度框架"})

    refused = client(cast.bob).post(f"/o/customers/{pk}/facts/name/", {"name": "新名称", "version": "1"})

    assert refused.status_code == 422
    assert "正在审批" in refused.content.decode()
    assert "Alice" in refused.content.decode()
    kept = client(cast.bob).post(f"/o/customers/{pk}/delete/", headers={"HX-Request": "true"})
    assert kept.status_code == 422
    assert Customer.objects.get(pk=pk).deletion_id is None


def test_the_number_of_those_that_wait_stands_in_the_navigation(cast: Cast) -> None:
    flow(cast, step(person(cast.alice)))
    pk = customer(cast)
    assert "/approvals/count/" in client(cast.alice).get("/").content.decode()
    assert ">1<" not in client(cast.alice).get("/approvals/count/").content.decode()
    client(cast.bob).post(ask_url(pk), {"reason": ""})
    assert ">1<" in client(cast.alice).get("/approvals/count/").content.decode()


def test_facts_that_a_role_hides_are_not_told(cast: Cast) -> None:
    flow(cast, step(person(cast.max)))
    pk = customer(cast, phones=["13800001234"])
    record_save(registry.get("customer"), {"phones": ["13800001234"]}, id=pk, actor=actor(cast.bob))
    client(cast.bob).post(ask_url(pk), {"reason": ""})
    approval = Approval.objects.get()
    assert "phones" in approval.facts
    assert "13800001234" not in side(cast.max, approval.pk, "approvals").replace(" ", "")


# The editor -------------------------------------------------------------------------------------------------------


def test_an_administrator_draws_a_flow_and_changes_it_as_a_new_version(cast: Cast) -> None:
    browser = client(cast.adam)
    made = browser.post("/settings/approvals/", {"name": "大客户改名", "matter": "general|customer"})
    assert made.status_code == 302
    typed = {
        "name": "大客户改名",
        "order": "10",
        "is_active": "1",
        "when": orjson.dumps({"all": [{"field": "name", "op": "contains", "value": "集团"}]}).decode(),
        "asker": orjson.dumps({"field": "roles", "op": "in", "value": ["sales"]}).decode(),
        "covers": ["name"],
        "name_0": "主管",
        "who_0": ["manager", "head:1"],
        "need_0": "any",
        "hours_0": "8",
        "late_0": "escalate",
        "who_1": ["role:executive", f"person:{cast.clara.pk}"],
        "need_1": "share",
        "share_1": "2",
        "beside_1": "1",
        "late_1": "remind",
        "fallback": ["role:custodian"],
    }
    assert browser.post(made["Location"], typed).status_code == 302

    found = ApprovalFlow.objects.get()
    definition = found.versions.get().definition
    assert definition["steps"][0]["who"] == [{"by": "manager"}, {"by": "head", "level": 1}]
    assert definition["steps"][1]["who"] == [
        {"by": "role", "role": "executive"},
        {"by": "people", "people": [cast.clara.pk]},
    ]
    assert (definition["steps"][1]["share"], definition["steps"][1]["beside"], definition["covers"]) == (
        2,
        True,
        ["name"],
    )
    page = browser.get(made["Location"]).content.decode()
    assert "生效中" in page
    assert "主管" in page

    # The same again is no new version; another step is one.
    browser.post(made["Location"], typed)
    assert found.versions.count() == 1
    browser.post(made["Location"], {**typed, "hours_0": "16"})
    assert found.versions.count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours_0": "soon"}, "整数"),
        ({"hours_0": "0"}, "工作小时数"),
        ({"who_0": ["role:nobody"]}, "没有这个角色"),
        ({"when": "{"}, "筛选"),
        ({"when": '{"field": "nothing", "op": "eq"}'}, "字段"),
    ],
)
def test_what_is_wrong_in_a_flow_is_said_and_nothing_is_saved(cast: Cast, wrong: dict[str, Any], words: str) -> None:
    browser = client(cast.adam)
    url = browser.post("/settings/approvals/", {"name": "试", "matter": "general|customer"})["Location"]

    answer = browser.post(url, {"name": "试", "is_active": "1", "who_0": ["manager"], "name_0": "第一", **wrong})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ApprovalFlow.objects.get().versions.exists()


def test_a_flow_for_what_is_not_there_is_refused(cast: Cast) -> None:
    answer = client(cast.adam).post("/settings/approvals/", {"name": "试", "matter": "conflict|customer"})
    assert answer.status_code == 422
    assert "请选择哪件事需要审批" in answer.content.decode()
