"""An anomaly goes upward, must be answered within working hours, climbs when it is not, and its answer is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.risk.base import customer
from zhike.domain.risk.anomalies import anomaly_report, answer_until
from zhike.domain.risk.models import RiskSignal
from zhike.domain.risk.scheme import risk_scheme
from zhike.engines.approvals.deciding import approval_grant, approval_refuse
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.timing import approvals_time_out
from zhike.metadata.errors import Invalid, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.write]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def reported(cast: Cast) -> tuple[int, Approval]:
    """Sara, who serves customers, saw something at Bob's customer."""
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    anomaly_report([pk], actor=actor(cast.sara), seen="仓库在清空")
    return pk, Approval.objects.get(kind="anomaly")


def test_whoever_sees_the_customer_reports_and_owner_and_manager_are_asked(cast: Cast) -> None:
    pk, asked = reported(cast)
    assert set(asked.deciders.values_list("pk", flat=True)) >= {cast.bob.pk, cast.alice.pk}
    assert asked.about_id == pk
    evidence = RiskSignal.objects.get()
    assert (evidence.customer_id, evidence.seen, evidence.reliability) == (pk, "仓库在清空", "likely")
    with pytest.raises(NotFound):
        anomaly_report([pk], actor=actor(cast.charlie), seen="我看不见这个客户")
    with pytest.raises(NotFound):
        anomaly_report([pk], actor=actor(cast.mallory), seen="我什么都看不见")
    assert RiskSignal.objects.count() == 1


def test_the_answer_is_required_and_kept_with_the_evidence(cast: Cast) -> None:
    _pk, asked = reported(cast)
    with pytest.raises(Invalid) as refusal:
        approval_grant([asked.pk], actor=actor(cast.alice), answer="  ")
    assert "answer" in refusal.value.problems
    approval_grant([asked.pk], actor=actor(cast.alice), answer="已核实，明天上门")
    evidence = RiskSignal.objects.get()
    assert evidence.reliability == "confirmed"
    assert "已核实，明天上门" in (evidence.detail or "")
    assert cast.alice.name in (evidence.detail or "")


def test_what_is_unfounded_counts_no_more(cast: Cast) -> None:
    _pk, asked = reported(cast)
    approval_refuse([asked.pk], actor=actor(cast.bob), answer="在搬新仓库")
    assert RiskSignal.objects.get().state == "dismissed"


def test_unanswered_it_goes_a_step_up_and_is_never_lost(cast: Cast) -> None:
    _pk, asked = reported(cast)
    assert asked.expires_at is not None
    assert approvals_time_out(asked.expires_at - timedelta(minutes=1)) == 0
    assert approvals_time_out(asked.expires_at + timedelta(minutes=1)) == 1
    again = Approval.objects.get(kind="anomaly", state="open")
    assert again.owner_id == cast.sara.pk
    assert again.details["step"] == 1
    assert set(again.deciders.values_list("pk", flat=True)) == {cast.eve.pk}, "nobody stands above: who sees everything"
    assert RiskSignal.objects.get().state == "open"
    approval_grant([again.pk], actor=actor(cast.eve), answer="停止发货")
    assert "停止发货" in (RiskSignal.objects.get().detail or "")


def test_a_second_report_of_the_same_person_joins_the_first(cast: Cast) -> None:
    pk, asked = reported(cast)
    anomaly_report([pk], actor=actor(cast.sara), seen="门口有讨债的人", indicator="arrears")
    assert Approval.objects.filter(kind="anomaly").count() == 1
    approval_grant([asked.pk], actor=actor(cast.bob), answer="都知道了")
    assert [row.reliability for row in RiskSignal.objects.all()] == ["confirmed", "confirmed"]


def test_hours_are_working_hours() -> None:
    risk_scheme()
    # Raised on the Friday before a make-up workday: eight hours end on the Saturday, which is worked.
    found = answer_until(datetime(2026, 2, 13, 17, 0, tzinfo=SHANGHAI))
    assert found == datetime(2026, 2, 14, 16, 0, tzinfo=SHANGHAI)
    assert answer_until(datetime(2039, 5, 2, 10, 0, tzinfo=SHANGHAI)) is None
    assert timezone.is_aware(found)
