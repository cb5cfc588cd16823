"""What a program can do with records, and what it is told when it cannot."""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest

from tests.api.caller import caller, told
from tests.cast import Cast
from zhike.metadata.models import Change

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def test_a_record_goes_through_its_whole_life(cast: Cast) -> None:
    clara = caller(cast.clara)
    made = clara.post("/customers", {"name": "上海晨光文具有限公司", "kind": "company", "phones": ["13800138000"]})
    assert made.status_code == 201, made.content
    path = f"/customers/{told(made)['id']}"
    assert made["Location"] == f"/api/v1{path}"
    changed = clara.patch(path, {"tier": "high"}, **{"If-Match": made["ETag"]})
    assert (told(changed)["tier"], told(changed)["version"]) == ("high", 2)
    assert clara.delete(path).status_code == 204
    assert clara.get(path).status_code == 404
    assert [row["id"] for row in told(clara.get("/customers?deleted=true"))["data"]] == [told(made)["id"]]
    assert told(clara.post(f"{path}/restore"))["name"] == "上海晨光文具有限公司"
    actions = [entry["action"] for entry in told(clara.get(f"{path}/history"))["data"]]
    assert actions == ["restore", "delete", "update", "create"]
    clara.delete(path)
    assert clara.post(f"{path}/purge").status_code == 204
    assert told(clara.get("/customers?deleted=true"))["data"] == []


def test_a_colleague_of_another_department_does_not_learn_that_a_record_exists(cast: Cast) -> None:
    bob, charlie = caller(cast.bob), caller(cast.charlie)
    made = told(bob.post("/customers", {"name": "苏州恒远机械厂", "kind": "company"}))
    path = f"/customers/{made['id']}"
    before = Change.objects.count()
    for answer in (
        charlie.get(path),
        charlie.patch(path, {"name": "x"}, **{"If-Match": "1"}),
        charlie.delete(path),
        charlie.get(f"{path}/history"),
        charlie.get(f"{path}/timeline"),
    ):
        assert (answer.status_code, told(answer)["code"]) == (404, "not_found")
    assert told(charlie.get("/customers"))["data"] == []
    assert Change.objects.count() == before


def test_a_change_needs_the_version_that_was_read(cast: Cast) -> None:
    bob = caller(cast.bob)
    path = f"/customers/{told(bob.post('/customers', {'name': '无锡新联', 'kind': 'company'}))['id']}"
    assert bob.patch(path, {"name": "a"}).status_code == 428
    assert bob.patch(path, {"name": "无锡新联电子"}, **{"If-Match": '"1"'}).status_code == 200
    stale = bob.patch(path, {"name": "b"}, **{"If-Match": '"1"'})
    assert (stale.status_code, told(stale)["current_version"]) == (412, 2)
    assert bob.patch(path, {"name": "c"}, **{"If-Match": "*"}).status_code == 200


def test_a_bad_value_names_its_field_in_the_callers_language(cast: Cast) -> None:
    bob = caller(cast.bob)
    chinese = bob.post("/customers", {"name": "", "kind": "planet"})
    english = bob.post("/customers", {"name": "", "kind": "planet"}, **{"Accept-Language": "en"})
    assert chinese.status_code == english.status_code == 422
    assert chinese["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in told(chinese)["errors"]} == {"name", "kind"}
    assert told(chinese)["detail"] != told(english)["detail"]


def test_a_filter_a_sort_and_a_cursor_work_together(cast: Cast) -> None:
    bob = caller(cast.bob)
    rows = [{"name": f"客户{number:02}", "kind": "company", "tier": "high"} for number in range(7)]
    assert bob.post("/customers/bulk", {"operation": "create", "records": rows}).status_code == 200
    chosen = quote(orjson.dumps({"field": "tier", "op": "eq", "value": "high"}).decode())
    seen, cursor = [], ""
    while cursor is not None:
        page = told(bob.get(f"/customers?filter={chosen}&sort=-name&limit=3&fields=name&cursor={cursor}&count=true"))
        seen += [row["name"] for row in page["data"]]
        cursor = page["next"]
    assert seen == [f"客户{number:02}" for number in reversed(range(7))]
    assert page["count"] == {"value": 7, "capped": False}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("filter={", "bad_filter"),
        ("filter=[]", "bad_filter"),
        ('filter={"field":"nix","op":"eq"}', "unknown_field"),
        ('filter={"field":"name","op":"like","value":"x"}', "unknown_operator"),
        ("sort=phones", "bad_sort"),
        ("cursor=abc", "bad_cursor"),
        ("limit=0", "bad_parameter"),
        ("fields=password", "unknown_field"),
        ("q=%00&filter=%00", "bad_parameter"),
    ],
)
def test_a_list_that_cannot_be_understood_says_why(cast: Cast, query: str, code: str) -> None:
    answer = caller(cast.bob).get(f"/customers?{query}")
    assert (answer.status_code, told(answer)["code"]) == (400, code)


def test_a_masked_field_is_masked_and_no_oracle(cast: Cast) -> None:
    caller(cast.bob).post("/customers", {"name": "王建国", "kind": "person", "phones": ["13800138000"]})
    max_ = caller(cast.max)
    assert "13800138000" not in max_.get("/customers").content.decode()
    asked = quote('{"field":"phones","op":"eq","value":"13800138000"}')
    assert told(max_.get(f"/customers?filter={asked}"))["code"] == "unknown_field"


def test_bulk_tells_what_became_of_each_record(cast: Cast) -> None:
    clara = caller(cast.clara)
    rows = [{"name": "甲", "kind": "company", "code": "A1"}, {"name": "", "kind": "company"}]
    whole = clara.post("/customers/bulk", {"operation": "create", "records": rows})
    assert (whole.status_code, told(clara.get("/customers"))["data"]) == (422, [])
    part = told(clara.post("/customers/bulk", {"operation": "create", "records": rows, "partial": True}))
    assert [row["action"] for row in part["results"]] == ["created", "refused"]
    upsert = {
        "operation": "upsert",
        "key": "code",
        "records": [{"code": "A1", "tier": "low"}, {"code": "A2", "name": "乙", "kind": "company"}],
    }
    assert [row["action"] for row in told(clara.post("/customers/bulk", upsert))["results"]] == ["updated", "created"]


def test_a_repeated_request_gives_the_first_answer(cast: Cast) -> None:
    bob = caller(cast.bob)
    body, key = {"name": "宁波海天", "kind": "company"}, {"Idempotency-Key": "order-7"}
    first, second = bob.post("/customers", body, **key), bob.post("/customers", body, **key)
    assert (first.content, second["Idempotency-Replayed"]) == (second.content, "true")
    assert len(told(bob.get("/customers"))["data"]) == 1
    other = bob.post("/customers", {**body, "name": "x"}, **key)
    assert (other.status_code, told(other)["code"]) == (422, "key_reused")


def test_a_token_reaches_no_further_than_its_scopes(cast: Cast) -> None:
    reader = caller(cast.bob, "customer:read")
    assert reader.get("/customers").status_code == 200
    assert reader.post("/customers", {"name": "x", "kind": "company"}).status_code == 403
    assert reader.get("/tasks").status_code == 403
    assert caller(cast.bob).get("/nothing").status_code == 404
