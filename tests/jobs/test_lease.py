"""A lease has one holder, and another one after it ran out."""

from __future__ import annotations

import pytest
import time_machine

from zhike.jobs.lease import lease_release, lease_take, leases_alive

pytestmark = [pytest.mark.django_db, pytest.mark.claim]


def test_only_one_holder_at_a_time() -> None:
    assert lease_take("door", "alice", seconds=10)
    assert not lease_take("door", "bob", seconds=10)
    assert lease_take("door", "alice", seconds=10)


def test_a_lease_that_ran_out_passes_on() -> None:
    with time_machine.travel("2026-03-01T08:00:00Z", tick=False):
        lease_take("door", "alice", seconds=10)
    with time_machine.travel("2026-03-01T08:00:11Z", tick=False):
        assert leases_alive("do") == []
        assert lease_take("door", "bob", seconds=10)
        assert leases_alive("do") == ["door"]


def test_only_the_holder_lets_go() -> None:
    lease_take("door", "alice", seconds=10)
    lease_release("door", "bob")
    assert not lease_take("door", "bob", seconds=10)

    lease_release("door", "alice")
    assert lease_take("door", "bob", seconds=10)
