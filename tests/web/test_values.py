"""What is known of single values on the page of a record: shown, said by a tap, asked for by filters, and gone with the value."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.api.caller import caller as caller_for, told as answered
from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.engines.verification.marking import mark_value
from zhike.engines.verification.models import ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.query]

FIRST, SECOND = "+8613800001234", "+8613900001234"
DEAD = {"value": SECOND, "state": "invalid", "means": "call"}


def ask(pk: int, key: str = "phones") -> str:
    return f"/o/customers/{pk}/values/{key}/"


def found(cast: Cast, field: str, op: str, value: object = None) -> list[int]:
    person = actor(cast.bob)
    asked = {"all": [{"field": field, "op": op, "value": value}]}
    return Query(registry.get("customer"), person, context_for(person), filter=asked).ids()


def test_a_tap_marks_one_number_of_several(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[FIRST, SECOND])
    browser = client(cast.bob)
    asked = browser.get(f"{ask(pk)}?{urlencode({'value': SECOND})}").content.decode()
    assert "空号" in asked
    assert "中国移动" in asked

    answer = browser.post(ask(pk), DEAD)

    assert answer.status_code == 204
    assert "record:changed" in answer["HX-Trigger"]
    mark = ValueMark.objects.get()
    assert (mark.value, mark.state, mark.means, mark.by_id) == (SECOND, "invalid", "call", cast.bob.pk)
    page = browser.get(f"/o/customers/{pk}/").content.decode()
    assert page.count('class="vouched vouched-invalid"') == 1
    assert page.count('class="vouched vouched-unverified"') == 1
    told = browser.get(f"{ask(pk)}?{urlencode({'value': SECOND})}").content.decode()
    assert "Bob" in told


def test_filters_ask_for_invalid_values_and_for_those_not_verified_lately(cast: Cast) -> None:
    good, bad, silent = customers(cast.bob, "甲", "乙", "丙", phones=[FIRST])
    month_ago = timezone.now() - timezone.timedelta(days=40)
    mark_value("customer", good, "phones", FIRST, "verified", means="customer", actor=SYSTEM, at=month_ago)
    mark_value("customer", bad, "phones", FIRST, "invalid", means="call", actor=SYSTEM)

    assert found(cast, "invalid_phones", "eq", True) == [bad]
    assert found(cast, "invalid_phones", "eq", False) == [good, silent]
    assert found(cast, "verified_at", "older_than_n_days", 30) == [good]
    assert found(cast, "verified_at", "older_than_n_days", 60) == []
    assert found(cast, "verified_at", "is_empty") == [bad, silent]


def test_a_changed_value_starts_anew_and_the_others_keep_theirs(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[FIRST, SECOND])
    for number in (FIRST, SECOND):
        mark_value("customer", pk, "phones", number, "verified", means="call", actor=actor(cast.bob))
    customer = registry.get("customer")
    record_save(customer, {"phones": [FIRST, "13700001234"]}, id=pk, actor=actor(cast.bob))
    assert list(ValueMark.objects.filter(is_current=True).values_list("value", flat=True)) == [FIRST]
    record_save(customer, {"phones": [FIRST, SECOND]}, id=pk, actor=actor(cast.bob))
    assert not ValueMark.objects.filter(is_current=True, value=SECOND).exists(), "who returns is asked again"


def test_only_who_may_change_the_record_says_what_its_values_are(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[SECOND])
    address = f"{ask(pk)}?{urlencode({'value': SECOND})}"
    answers = {name: client(user).post(ask(pk), DEAD).status_code for name, user in cast.people().items()}
    assert {name for name, status in answers.items() if status == 204} == {"bob", "alice", "clara"}
    assert answers["charlie"] == 404
    assert answers["max"] == 404, "who sees phones masked learns nothing of them"
    assert answers["sara"] == 403
    assert answers["mallory"] == 403
    assert client(cast.sara).get(address).status_code == 200
    assert "vouch-choices" not in client(cast.sara).get(address).content.decode()
    assert client(cast.charlie).get(address).status_code == 404
    assert ValueMark.objects.filter(is_current=True).count() == 1


@pytest.mark.parametrize(
    "wrong", [{"value": FIRST}, {"state": "perhaps"}, {"means": "telepathy"}, {"value": ""}, {"state": ""}]
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(cast: Cast, wrong: dict[str, str]) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[SECOND])
    assert client(cast.bob).post(ask(pk), {**DEAD, **wrong}).status_code == 422
    assert client(cast.bob).post(ask(pk, "name"), DEAD).status_code == 404
    assert client(cast.bob).post(ask(pk, "no_such"), DEAD).status_code == 404
    assert not ValueMark.objects.exists()


def test_a_service_marks_mails_and_addresses_as_well(cast: Cast) -> None:
    address = {"province": "江苏省", "city": "苏州市", "district": "昆山市", "street": "前进路1号"}
    [pk] = customers(cast.bob, "海天包装", emails=["li@example.cn"], address=address)
    mark_value(
        "customer", pk, "emails", "li@example.cn", "invalid", means="mail", actor=SYSTEM, note="550 no such user"
    )
    mark_value("customer", pk, "address", "江苏省苏州市昆山市前进路1号", "invalid", means="letter", actor=SYSTEM)
    assert found(cast, "invalid_emails", "eq", True) == [pk]
    assert found(cast, "invalid_address", "eq", True) == [pk]
    with pytest.raises(Invalid) as refused:
        mark_value("customer", pk, "emails", "wang@example.cn", "invalid", means="mail", actor=SYSTEM)
    assert refused.value.problems["value"][0].code == "not_held"


def test_the_form_of_a_number_raises_doubts_on_the_page(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=["16000001234"], address={"province": "江苏省", "street": "前进路"})
    page = client(cast.bob).get(f"/o/customers/{pk}/").content.decode()
    assert page.count("vouched-doubtful") == 2
    assert "没有运营商使用这个号段" in page
    assert "缺少城市" in page


def test_a_list_shows_the_columns_of_verification(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[SECOND])
    mark_value("customer", pk, "phones", SECOND, "invalid", means="call", actor=SYSTEM)
    asked = json.dumps({"all": [{"field": "invalid_phones", "op": "eq", "value": True}]})
    page = client(cast.bob).get("/o/customers/", {"columns": "name,invalid_phones,verified_at", "filter": asked})
    assert "海天包装" in page.content.decode()


def test_a_call_says_what_the_number_dialled_is(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[FIRST, SECOND])
    browser = client(cast.bob)
    page = browser.get(f"/o/customers/{pk}/").content.decode()
    assert f'<option value="{SECOND}">139 0000 1234</option>' in page
    sent = {"channel": "call", "content": "打不通", "outcome": "dead_number", "dialled": SECOND}
    assert browser.post(f"/o/customers/{pk}/log/", sent).status_code == 204
    assert browser.post(f"/o/customers/{pk}/log/", {**sent, "outcome": "reached", "dialled": FIRST}).status_code == 204
    browser.post(f"/o/customers/{pk}/log/", {**sent, "outcome": "not_reached", "dialled": FIRST})
    browser.post(f"/o/customers/{pk}/log/", {**sent, "channel": "visit", "dialled": FIRST})
    marks = ValueMark.objects.filter(is_current=True).order_by("value").values_list("value", "state", "means", "by_id")
    assert list(marks) == [(FIRST, "verified", "call", cast.bob.pk), (SECOND, "invalid", "call", cast.bob.pk)]


def test_a_contact_s_number_is_marked_at_the_contact(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    [person] = records("contact", [{"customer": pk, "name": "李四", "phones": [FIRST]}])
    browser = client(cast.bob)
    assert (
        f'<option value="{FIRST}" selected>李四 138 0000 1234</option>'
        in browser.get(f"/o/customers/{pk}/").content.decode()
    )
    sent = {"channel": "call", "content": "空号", "outcome": "dead_number", "dialled": FIRST, "contact": person}
    assert browser.post(f"/o/customers/{pk}/log/", sent).status_code == 204
    mark = ValueMark.objects.get()
    assert (mark.object_key, mark.record_id, mark.state) == ("contact", person, "invalid")
    assert browser.post(f"/o/customers/{pk}/log/", {**sent, "dialled": "很多"}).status_code == 422


def test_programs_read_and_say_what_values_are(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[FIRST])
    caller = caller_for(cast.bob)
    place = f"/customers/{pk}/values"
    assert answered(caller.get(place))["data"][0]["state"] == "unverified"
    body = {"field": "phones", "value": FIRST, "state": "verified", "means": "customer"}
    assert caller.post(place, body).status_code == 200
    told = answered(caller.get(place))["data"][0]
    assert (told["state"], told["means"], told["by"]) == ("verified", "customer", cast.bob.pk)
    assert caller.post(place, {**body, "value": SECOND}).status_code == 422
    assert caller.post(place, {**body, "field": 3}).status_code == 422
    assert caller.post(place, {}).status_code == 422
    stranger = caller_for(cast.charlie)
    assert stranger.get(place).status_code == 404
    assert stranger.post(place, body).status_code == 404
    assert caller_for(cast.sara).post(place, body).status_code == 403
    assert caller.get(f"/tasks/{pk}/values").status_code == 404
