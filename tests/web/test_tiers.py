"""The pages of value tiers: set up and tried out by administrators, read by whoever sees the customers."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from tests.cast import Cast, actor, client
from tests.domain.tiers.base import RULES, figures, grade, in_days, scheme, worth
from zhike.domain.customers.models import Customer
from zhike.domain.tiers.models import TierGrade, TierScheme, TierVersion
from zhike.domain.tiers.overrides import tier_override
from zhike.jobs.models import Job

pytestmark = pytest.mark.django_db

EDITOR = {
    "by": "rules",
    "label_0": "高",
    "label_en_0": "High",
    "is_key_0": "1",
    "rule_0": json.dumps({"all": [{"field": "net_amount", "op": "gte", "value": "1000"}]}),
    "kind_0": "visit",
    "every_0": "30",
    "title_0": "月度拜访",
    "label_1": "中",
    "rule_1": json.dumps({"all": [{"field": "net_amount", "op": "gte", "value": "100"}]}),
    "label_2": "低",
}


def test_a_scheme_is_made_tried_out_and_saved_in_the_browser(cast: Cast) -> None:
    worth("甲", 5_000), worth("乙", 100), worth("丙", 1)
    browser = client(cast.adam)
    made = browser.post(reverse("settings_tiers"), {"name": "价值分级", "key": "value", "writes_tier": "1"})
    page = made["Location"]
    assert "净交易额" in browser.get(page).content.decode(), "a new scheme starts from RFM"
    tried = browser.post(page, {**EDITOR, "do": "preview"}).content.decode()
    assert "3 位客户的等级会变" in tried
    assert "月度拜访" in tried, "nothing typed is lost"
    assert not TierVersion.objects.exists()
    assert browser.post(page, {**EDITOR, "do": "save"}).status_code == 302
    version = TierVersion.objects.get()
    assert [found["key"] for found in version.definition["grades"]] == ["high", "middle", "low"]
    assert Job.objects.filter(kind="tiers.grade_all").exists()
    grade(version)
    assert sorted(Customer.objects.values_list("tier", flat=True)) == ["high", "low", "middle"]
    shown = browser.get(page).content.decode()
    assert "月度拜访" in shown
    assert "生效中" in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule_0": "{"}, "筛选条件的结构不对"),
        ({"rule_0": json.dumps({"field": "nothing", "op": "eq", "value": 1})}, "没有这个字段"),
        ({"by": "score", "field_0": "net_amount", "weight_0": "x"}, "请填写整数"),
        ({"by": "score", "field_0": "net_amount", "weight_0": "1", "cuts_0": "很多"}, "金额"),
        ({"every_0": "0"}, "维护策略"),
        ({"label_1": "", "label_2": ""}, "个等级"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(cast: Cast, change: dict[str, str], said: str) -> None:
    made = TierScheme.objects.create(key="value", name="价值分级", writes=TierScheme.TIER)
    answer = client(cast.adam).post(reverse("settings_tier", args=[made.key]), {**EDITOR, **change, "do": "save"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not TierVersion.objects.exists()


def test_cut_offs_are_typed_in_whole_units(cast: Cast) -> None:
    made = TierScheme.objects.create(key="value", name="价值分级")
    typed = {
        **EDITOR,
        "by": "score",
        "field_0": "net_amount",
        "weight_0": "2",
        "cuts_0": "1000，5000",
        "least_0": "80",
        "least_1": "50",
    }
    address = reverse("settings_tier", args=[made.key])
    assert client(cast.adam).post(address, {**typed, "do": "save"}).status_code == 302
    assert TierVersion.objects.get().definition["criteria"][0]["cuts"] == [100_000, 500_000]
    assert "1000.00 5000.00" in client(cast.adam).get(address).content.decode()


def test_everybody_sees_the_tiers_of_customers_within_reach_alone(cast: Cast) -> None:
    mine = worth("海天包装", 5_000, owner=cast.bob.pk, department=cast.first.pk)
    other = worth("远方公司", 5_000, owner=cast.charlie.pk, department=cast.second.pk)
    version = scheme(
        {
            **RULES,
            "grades": [
                {**RULES["grades"][0], "plays": [{"kind": "visit", "every": 30, "title": "月度拜访"}]},
                *RULES["grades"][1:],
            ],
        }
    )
    grade(version)
    for pk in (mine, other):
        figures(pk, net_amount=50_000)
    grade(version)
    page = client(cast.bob).get(reverse("tiers")).content.decode()
    assert "海天包装" in page
    assert "远方公司" not in page
    assert "降级" in page
    assert "数据不足" in page, "one customer makes no Pareto curve"
    everything = client(cast.eve).get(reverse("tiers") + "?show=falls&top=10").content.decode()
    assert "海天包装" in everything
    assert "远方公司" in everything
    assert client(cast.mallory).get(reverse("tiers")).status_code == 403
    assert client(cast.adam).get(reverse("tiers")).status_code == 403


def test_the_dialog_says_why_with_the_override_and_its_reason(cast: Cast) -> None:
    pk = worth("海天包装", 5_000, owner=cast.bob.pk, department=cast.first.pk)
    grade(scheme())
    tier_override([pk], actor=actor(cast.bob), grade="low", reason="准备迁厂", until=in_days(10))
    browser = client(cast.bob)
    said = browser.get(f"/o/customers/{pk}/tiers/").content.decode()
    assert "准备迁厂" in said
    assert "¥5,000.00" in said
    assert f"/o/customers/{pk}/tiers/" in browser.get(f"/o/customers/{pk}/").content.decode()
    assert browser.get(f"/o/tasks/{pk}/tiers/").status_code == 404
    assert client(cast.charlie).get(f"/o/customers/{pk}/tiers/").status_code == 404
    answer = browser.post(f"/o/customers/{pk}/action/tier_override/", {"grade": "middle", "reason": "", "until": ""})
    assert answer.status_code == 422
    assert TierGrade.objects.get().grade == "low"


def test_the_editor_keeps_several_things_that_a_grade_is_due(cast: Cast) -> None:
    browser = client(cast.adam)
    page = browser.post(reverse("settings_tiers"), {"name": "价值分级", "key": "value", "writes_tier": "1"})["Location"]
    more = {"kind_0_1": "gift", "every_0_1": "365", "title_0_1": "生日礼品", "content_0_1": "茶礼盒"}
    assert browser.post(page, {**EDITOR, **more, "do": "save"}).status_code == 302
    grade_now = TierVersion.objects.get().definition["grades"][0]
    assert grade_now["plays"] == [
        {"kind": "visit", "every": 30, "title": "月度拜访"},
        {"kind": "gift", "every": 365, "title": "生日礼品", "content": "茶礼盒"},
    ]
    assert "茶礼盒" in browser.get(page).content.decode()
    wrong = browser.post(page, {**EDITOR, **more, "every_0_1": "x", "do": "save"})
    assert wrong.status_code == 422
    assert "茶礼盒" in wrong.content.decode(), "nothing typed is lost"
