"""The pages of risk: who stands how and why, the rules with their preview, the report of an anomaly with one tap."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast, client
from tests.domain.risk.base import customer, level, signal, weigh
from tests.lib.test_pdf import letters
from zhike.accounts.models import Department, User
from zhike.domain.risk.indicators import indicators
from zhike.domain.risk.models import ReportReader, RiskReport, RiskSignal
from zhike.domain.risk.reporting import reports_make
from zhike.domain.tiers.models import TierVersion
from zhike.engines.approvals.models import Approval
from zhike.engines.exporting.models import ExportRun
from zhike.engines.mail.models import Mail, MailServer

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


def report_of(cast: Cast) -> RiskReport:
    """Alice's report about one customer at risk."""
    Department.objects.filter(pk=cast.first.pk).update(head=cast.alice)
    pk = customer("鼎盛包装", owner=cast.bob.pk, department=cast.first.pk)
    signal(pk, "bankruptcy", seen="法院公告受理破产申请")
    weigh()
    reports_make(date(2026, 6, 1))
    return RiskReport.objects.get(owner=cast.alice)


def test_a_report_is_a_pdf_for_its_reader_alone_and_is_logged(cast: Cast) -> None:
    report = report_of(cast)
    address = reverse("risk_report_file", args=[report.pk])
    alice = client(cast.alice)
    assert address in alice.get(f"/o/risk_reports/{report.pk}/").content.decode()

    file = alice.get(address)

    assert file["Content-Type"] == "application/pdf"
    assert set("鼎盛包装风险客户面临破产") <= letters(file.content)
    logged = ExportRun.objects.get()
    assert (logged.object_key, logged.actor_id, logged.format) == ("risk_report", cast.alice.pk, "pdf")
    for stranger, status in ((cast.bob, {403, 404}), (cast.eve, {403, 404}), (cast.mallory, {403, 404})):
        assert client(stranger).get(address).status_code in status
    assert client(None).get(address).status_code == 302
    assert ExportRun.objects.count() == 1


def test_chosen_people_get_their_own_report_by_mail_once(cast: Cast) -> None:
    MailServer.objects.create(
        host="127.0.0.1", port=2525, security="none", sender="zhike@example.cn", updated_at=timezone.now()
    )
    User.objects.filter(pk__in=[cast.alice.pk, cast.eve.pk, cast.charlie.pk]).update(emails=["a@example.cn"])
    browser, address = client(cast.adam), reverse("settings_risk_readers")
    assert browser.post(address, {"readers": [cast.alice.pk, cast.charlie.pk]}).status_code == 302
    assert browser.post(address, {"readers": ["999999"]}).status_code == 422
    assert client(cast.alice).post(address, {"readers": []}).status_code == 403
    assert set(ReportReader.objects.values_list("user_id", flat=True)) == {cast.alice.pk, cast.charlie.pk}
    assert "checked" in browser.get(reverse("settings_risk")).content.decode()

    report = report_of(cast)
    reports_make(date(2026, 6, 1))

    mail = Mail.objects.get()
    assert (mail.user_id, mail.key) == (cast.alice.pk, f"risk_report:{report.pk}")
    file = mail.attachments.get()
    assert (file.name, file.content_type) == ("risk-2026-06-01.pdf", "application/pdf")
    assert set("鼎盛包装") <= letters(bytes(file.content))
    assert not RiskReport.objects.filter(owner=cast.charlie).exists(), "who sees none at risk gets none"


def test_an_anomaly_is_answered_and_not_granted(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    assert (
        client(cast.sara)
        .post(
            f"/o/customers/{pk}/action/anomaly_report/",
            {"seen": "仓库在清空", "indicator": "other"},
        )
        .status_code
        < 300
    )
    asked = Approval.objects.get()
    page = client(cast.bob).get(f"/o/approvals/{asked.pk}/").content.decode()
    inbox = client(cast.bob).get("/approvals/").content.decode()
    dialog = client(cast.bob).get(f"/o/approvals/{asked.pk}/action/refuse/").content.decode()
    for shown in (page, inbox):
        assert "回应" in shown
        assert "查无此事" in shown
        assert "同意</" not in shown
    assert "查无此事" in dialog
