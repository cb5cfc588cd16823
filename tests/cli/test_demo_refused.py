"""The demo business has public passwords, so it stays away from where people work."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import Cast
from zhike.cli import demo
from zhike.cli.command import CommandFailed
from zhike.domain.customers.models import Customer


def test_it_refuses_a_database_in_which_people_work(cast: Cast) -> None:
    with pytest.raises(CommandFailed):
        demo.load_demo(customers=10, today=date(2026, 11, 22))
    assert not Customer.objects.exists()
