"""The pages of risk: who stands how and why, the rules with their preview, the report of an anomaly with one tap."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast, client
from tests.domain.risk.base import customer, level, signal, weigh
from zhike.domain.risk.indicators import indicators
from zhike.domain.risk.models import RiskSignal
from zhike.domain.tiers.models import TierVersion

pytestmark = pytest.mark.django_db
RULES = {
    **{f"weight_{key}": str(found.weight) for key, found in indicators().items()},
    **{f"fade_{key}": str(found.fade) for key, found in indicators().items()},
    **{f"{what}_{grade}_{end}": "5" for what in ("remind", "visit") for grade in ("high", "watch") for end in (0, 1)},
    "least_high": "60",
    "least_watch": "25",
    "answer_hours": "8",
}


def test_everybody_sees_the_risk_of_customers_within_reach_alone(cast: Cast) -> None:
    for name, owner, room in (("鼎盛包装", cast.bob, cast.first), ("远方公司", cast.charlie, cast.second)):
        signal(customer(name, owner=owner.pk, department=room.pk), "bankruptcy")
    weigh()
    page = client(cast.bob).get(reverse("risk")).content.decode()
    assert "鼎盛包装" in page
    assert "面临破产" in page
    assert "远方公司" not in page
    everything = client(cast.eve).get(reverse("risk") + "?level=high").content.decode()
    assert "鼎盛包装" in everything
    assert "远方公司" in everything
    assert "远方公司" not in client(cast.eve).get(reverse("risk") + "?level=watch").content.decode()
    assert client(cast.mallory).get(reverse("risk")).status_code == 403
    assert client(cast.adam).get(reverse("risk")).status_code == 403


def test_rules_are_previewed_saved_as_a_version_and_refused_with_a_sentence(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    signal(pk, "arrears")
    weigh()
    browser, address = client(cast.adam), reverse("settings_risk")
    assert "关注" in browser.get(address).content.decode()
    stricter = {**RULES, "least_high": "40"}
    shown = browser.post(address, {**stricter, "do": "preview"}).content.decode()
    assert "1 位客户的等级会变" in shown
    assert TierVersion.objects.count() == 1
    assert browser.post(address, {**stricter, "do": "save"}).status_code == 302
    weigh()
    assert level(pk) == "high"
    for change in ({"weight_arrears": "x"}, {"weight_arrears": "900"}, {"least_high": "20"}, {"remind_high_1": "1"}):
        answer = browser.post(address, {**RULES, **change, "do": "save"})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    broken = {"indicator_0": "silence", "points_0": "9", "rule_0": "[1"}
    assert browser.post(address, {**RULES, **broken, "do": "save"}).status_code == 422
    assert TierVersion.objects.count() == 2


def test_an_anomaly_is_one_tap_away_and_says_what_is_missing(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    browser = client(cast.sara)
    address = f"/o/customers/{pk}/action/anomaly_report/"
    head = browser.get(f"/o/customers/{pk}/").content.decode()
    assert address in head
    assert browser.post(address, {"seen": "", "indicator": "other"}).status_code == 422
    assert browser.post(address, {"seen": "仓库在清空", "indicator": "other"}).status_code < 300
    assert RiskSignal.objects.get().customer_id == pk
    assert client(cast.charlie).post(address, {"seen": "x"}).status_code == 404
    assert "仓库在清空" in client(cast.alice).get(reverse("risk")).content.decode()


def test_the_page_of_a_customer_shows_level_hold_and_reason(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    signal(pk, "bankruptcy", seen="法院公告受理破产申请")
    weigh()
    browser = client(cast.bob)
    before = browser.get(f"/o/customers/{pk}/").content.decode()
    assert "action/hold_place/" in before
    assert "action/hold_lift/" not in before
    assert browser.post(f"/o/customers/{pk}/action/hold_place/", {"reason": "只收现款"}).status_code < 300
    after = browser.get(f"/o/customers/{pk}/").content.decode()
    assert 'title="赊销"' in after
    assert "action/hold_lift/" in after
    assert "action/hold_place/" not in after
    more = browser.get(f"/o/customers/{pk}/", headers={"HX-Target": "record-side-more"}).content.decode()
    assert "法院公告受理破产申请" in more
    assert "new/?customer=" in more, "what there is none of can be begun"
    assert "面临破产" in browser.get(f"/o/customers/{pk}/tiers/").content.decode()
