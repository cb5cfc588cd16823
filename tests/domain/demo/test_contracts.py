"""The contracts of the demo stand in three states, with obligations as tasks where one is in force."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import Cast
from tests.web.records import customers
from zhike.domain.contracts.models import Contract, ContractObligation
from zhike.domain.demo.contracts import STORIES, contracts
from zhike.domain.demo.stories import numbers

pytestmark = pytest.mark.django_db


def test_the_told_contracts_stand_in_their_states(cast: Cast) -> None:
    ids = customers(cast.bob, *(f"客户{number}" for number in range(len(numbers()) + 30)))

    contracts(dict(enumerate(ids)), date(2026, 11, 22))

    assert set(Contract.objects.values_list("state", flat=True)) == {"signed", "sent", "draft"}
    assert Contract.objects.count() == len(STORIES)
    assert not Contract.objects.filter(text=None).exists()
    open_ones = ContractObligation.objects.filter(contract__state="signed", done_on=None)
    assert [row.task_id is not None for row in open_ones] == [True, True]
    assert not ContractObligation.objects.filter(contract__state="sent", task__isnull=False).exists()
