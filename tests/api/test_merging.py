"""Duplicates and merging over the API."""

from __future__ import annotations

import pytest

from tests.api.caller import caller
from tests.cast import Cast
from zhike.engines.merging.models import Merge
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db

NAME = "苏州恒泰精密模具有限公司"


def customer(cast: Cast, name: str = NAME) -> int:
    values = {"name": name, "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk}
    return record_save(registry.get("customer"), values, actor=SYSTEM)


def test_duplicates_out_of_reach_come_without_their_id(cast: Cast) -> None:
    pk = customer(cast)
    given = {"name": "恒泰精密模具（苏州）", "kind": "company"}
    (own,) = caller(cast.bob).post("/customers/duplicates", given).json()["data"]
    (foreign,) = caller(cast.charlie).post("/customers/duplicates", given).json()["data"]
    assert (own["id"], own["title"], own["reasons"]) == (pk, NAME, ["name_affixes"])
    assert (foreign["id"], foreign["title"], foreign["owner"]) == (None, "苏州****公司", "Bob")
    assert caller(cast.eve).post("/customers/duplicates", given).status_code == 403
    assert caller(cast.bob).post("/customers/duplicates", {"none": 1}).status_code == 422
    assert caller(cast.bob).post("/tasks/duplicates", given).status_code == 404


def test_records_are_merged_and_brought_back(cast: Cast) -> None:
    one, other = customer(cast), customer(cast, "恒泰模具")
    alice = caller(cast.alice)
    body = {"survivor": other, "records": [one], "choices": {"name": other}, "versions": {str(one): 1}}
    answer = alice.post("/customers/merge", body)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["survivor"], answer.json()["merged"]) == (other, [one])
    assert alice.get(f"/customers/{other}").json()["name"] == "恒泰模具"
    gone = alice.get(f"/customers/{one}")
    assert (gone.status_code, gone.json()["code"]) == (410, "merged")
    assert str(other) in gone.json()["detail"]
    assert caller(cast.charlie).get(f"/customers/{one}").status_code == 404
    back = alice.post(f"/merges/{answer.json()['id']}/undo", {})
    assert back.status_code == 200
    assert alice.get(f"/customers/{one}").json()["name"] == NAME


@pytest.mark.parametrize(
    "wrong",
    [
        {"records": []},
        {"records": "x"},
        {"records": [0]},
        {"survivor": "x"},
        {"choices": []},
        {"choices": {"name": "x"}},
        {"versions": [1]},
        {"records": list(range(1, 30))},
    ],
)
def test_bad_input_is_refused(cast: Cast, wrong: dict[str, object]) -> None:
    body = {"survivor": customer(cast), "records": [customer(cast, "恒泰模具")], **wrong}
    assert caller(cast.alice).post("/customers/merge", body).status_code == 422
    assert not Merge.objects.exists()


def test_only_who_may_merge_does(cast: Cast) -> None:
    one, other = customer(cast), customer(cast, "恒泰模具")
    body = {"survivor": one, "records": [other]}
    for user in (cast.bob, cast.max, cast.eve, cast.mallory):
        assert caller(user).post("/customers/merge", body).status_code == 403
    merge = caller(cast.alice).post("/customers/merge", body).json()["id"]
    for user in (cast.bob, cast.charlie, cast.eve):
        assert caller(user).post(f"/merges/{merge}/undo", {}).status_code in {403, 404}
    assert Merge.objects.get(pk=merge).undone_at is None
