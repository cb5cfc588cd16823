"""The deals of the demo stand all over the pipeline, and some have gone wrong."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import Cast
from tests.web.records import customers
from zhike.domain.deals.models import Opportunity, StageMove
from zhike.domain.demo.deals import TOLD, deals
from zhike.domain.demo.stories import numbers
from zhike.metadata import registry

pytestmark = pytest.mark.django_db


def test_the_told_deals_show_a_stuck_a_slipped_and_a_lost_one(cast: Cast) -> None:
    ids = customers(cast.bob, *(f"客户{number}" for number in range(len(numbers()) + 30)))
    deals({"bob": cast.bob.pk}, dict(enumerate(ids)), date(2026, 11, 22))

    alarm = registry.get("opportunity").field("alarm")
    found = {
        name: (state, said, competitor)
        for name, state, said, competitor in Opportunity.objects.annotate(
            _alarm=alarm.type.expression(alarm)
        ).values_list("name", "state", "_alarm", "competitor")
        if name in {told.name for told in TOLD}
    }
    assert found["切削液与标签年度框架"] == ("open", "stuck", None)
    assert found["铜版纸季度补货协议"] == ("open", "slipped", None)
    assert found["防静电工作服秋季换新"] == ("lost", None, "苏州洁盾防护")
    assert found["常州厂首月用量"][0] == "won"
    way = StageMove.objects.filter(opportunity__name="第二年集采框架").order_by("pk")
    assert [move.seconds for move in way] == [None, 13 * 86_400, 12 * 86_400, 22 * 86_400]
    assert Opportunity.objects.count() == len(TOLD) + 10
