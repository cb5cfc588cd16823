"""Approvals for programs: the need before asking, asking, deciding, and the path."""

from __future__ import annotations

import pytest

from tests.api.caller import caller, told
from tests.cast import Cast
from tests.engines.approvals.flow_of import customer, flow, person, step
from zhike.engines.approvals.models import Approval

pytestmark = pytest.mark.django_db


def test_programs_read_the_path_and_ask(cast: Cast) -> None:
    flow(cast, step(person(cast.alice), hours=8), step({"by": "role", "role": "executive"}), covers=["name"])
    pk = customer(cast)
    bob, alice = caller(cast.bob), caller(cast.alice)

    need = told(bob.get(f"/customers/{pk}/approvals?kind=general"))["need"]
    assert [found["people"] for found in need["steps"]] == [[cast.alice.pk], [cast.eve.pk]]
    assert need["covers"] == ["name"]

    made = bob.post(f"/customers/{pk}/approvals", {"kind": "general", "reason": "年度框架"})
    assert made.status_code == 201
    found = told(made)["id"]
    granted = alice.post(f"/approvals/{found}/actions/grant", {"answer": "好"})
    assert granted.status_code == 200

    path = told(bob.get(f"/approvals/{found}/path"))["data"]
    assert [one["state"] for one in path["steps"]] == ["granted", "active"]
    assert path["steps"][0]["signers"][0]["remark"] == "好"
    assert [event["what"] for event in path["events"]] == ["asked", "granted"]
    assert [row["id"] for row in told(bob.get(f"/customers/{pk}/approvals"))["data"]] == [found]
    # The address of the earlier version leads to the same.
    assert told(bob.get(f"/requests/{found}"))["state"] == "open"


def test_who_must_not_see_it_reads_no_path_and_asks_for_nothing(cast: Cast) -> None:
    flow(cast, step(person(cast.eve)))
    pk = customer(cast)
    charlie = caller(cast.charlie)
    assert charlie.post(f"/customers/{pk}/approvals", {"kind": "general"}).status_code == 404
    assert caller(cast.sara).post(f"/customers/{pk}/approvals", {"kind": "general"}).status_code == 404
    bob = caller(cast.bob)
    assert bob.post(f"/customers/{pk}/approvals", {"kind": "conflict"}).status_code == 403
    assert bob.post(f"/customers/{pk}/approvals", {"kind": 3}).status_code == 422
    assert bob.get(f"/customers/{pk}/approvals?kind=nothing").status_code == 400
    found = told(bob.post(f"/customers/{pk}/approvals", {"kind": "general"}))["id"]
    assert charlie.get(f"/approvals/{found}/path").status_code == 404
    assert Approval.objects.count() == 1
