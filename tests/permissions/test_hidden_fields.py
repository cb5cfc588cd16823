"""Canaries in hidden and masked fields: whatever a person without sight of them asks for, no byte of them comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client

from tests.api.caller import Caller, caller, told
from tests.cast import Cast, actor, client, person
from zhike.accounts.roles import field_rules_set, role_create
from zhike.engines.exporting.models import ExportRun
from zhike.engines.saved_views.definition import Definition
from zhike.engines.saved_views.services import view_create
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, FieldAccess
from zhike.metadata.customising import field_create
from zhike.metadata.models import Batch
from zhike.metadata.records import delete, record_save

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

#: What the fields of the customer hold, and how any of it would look in an answer.
VALUES: dict[str, Any] = {
    "code": "CANARY-1",
    "legal_name": "canary legal",
    "legal_representative": "canary boss",
    "wechat": "canary_wechat",
    "website": "https://canary.example.cn",
    "preferences": "canary preferences",
    "needs": "canary needs",
    "product_preferences": "canary products",
    "habits": "canary habits",
    "note": "canary note",
    "phones": ["+8613987650001"],
    "credit_limit": 98765432100,
    "annual_revenue": 98765432100,
    "address": {"province": "浙江省", "city": "杭州市", "street": "canary street 5"},
    "emails": ["canary.person@example.cn"],
}
MASKED = ("emails",)
CONTACT = {
    "phones": ["+8613987650002"],
    "wechat": "canary_contact",
    "job_title": "canary title",
    "note": "canary contact note",
}
SIGNS = (
    "canary",
    "13987650001",
    "139 8765 0001",
    "13987650002",
    "139 8765 0002",
    "9876543210",
    "987,654,321",
    "98,765.43",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A customer full of canaries, one with its likes in the bin, and somebody who sees neither."""

    browser: Client
    program: Caller
    customer: int
    contact: int
    deleted: int
    hidden: tuple[str, ...]


@pytest.fixture
def stage(cast: Cast) -> Stage:
    secret = field_create("customer", kind="text", label="密", key="secret", indexed=True, actor=actor(cast.adam)).key
    values = {**VALUES, secret: "canary custom"}
    role = role_create(name="前台", like="custodian", actor=actor(cast.adam))
    rules = dict.fromkeys(values, FieldAccess.HIDDEN) | dict.fromkeys(MASKED, FieldAccess.MASKED)
    field_rules_set(role, "customer", rules, actor=actor(cast.adam))
    field_rules_set(role, "contact", dict.fromkeys(CONTACT, FieldAccess.HIDDEN), actor=actor(cast.adam))
    clerk = person("clerk", role.key, cast.branch)
    found = registry.get("customer")
    base = {"name": "海天包装", "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk}
    customer = record_save(found, {**base, "tier": "low"}, actor=SYSTEM)
    record_save(found, values, id=customer, actor=SYSTEM)
    contact = record_save(registry.get("contact"), {"name": "王芳", "customer": customer, **CONTACT}, actor=SYSTEM)
    deleted = record_save(found, {**base, **values, "name": "旧海天", "code": "CANARY-2"}, actor=SYSTEM)
    delete(found, [deleted], actor=SYSTEM)
    hidden = tuple(key for key in values if key not in MASKED)
    return Stage(client(clerk), caller(clerk), customer, contact, deleted, hidden)


def signs(content: bytes) -> list[str]:
    text = content.decode(errors="replace").lower()
    return [sign for sign in SIGNS if sign in text]


def pages(stage: Stage) -> Iterator[str]:
    """Everything of which a page shows the customer, its contact or both."""
    columns = ",".join(["name", *stage.hidden, *MASKED])
    yield from (
        "/",
        "/feeds/",
        "/notifications/",
        "/search/",
        "/o/customers/",
        "/o/contacts/",
        "/o/tasks/",
    )
    yield f"/o/customers/?columns={columns}"
    yield from (
        "/o/customers/columns/",
        "/o/customers/filter/",
        "/o/customers/filter/?format=json",
        "/o/customers/pick/",
    )
    yield f"/o/customers/pick/?q={quote('海天')}"
    yield f"/search/?q={quote('海天')}"
    yield f"/o/contacts/pick/?q={quote('王芳')}"
    for key, pk in (("customers", stage.customer), ("contacts", stage.contact)):
        for part in ("", "peek/", "timeline/", "edit/", "history/", "why/", "team/", "people/?q=a"):
            yield f"/o/{key}/{pk}/{part}"
        yield f"/o/{key}/{pk}/?peek=1"
    yield f"/o/customers/{stage.deleted}/"
    yield "/o/customers/new/"
    yield from ("/o/customers/bin/", "/o/customers/board/", "/o/contacts/board/", "/o/customers/board/columns/")
    yield from ("/o/customers/import/", "/o/customers/import/template/", "/o/customers/export/", "/jobs/")
    yield from (f"/o/customers/board/?by={key}" for key in stage.hidden)
    yield f"/o/contacts/new/?customer={stage.customer}"
    yield f"/log/?customer={stage.customer}"
    yield "/o/customers/bulk/edit/"
    for key in stage.hidden:
        for part in (f"facts/{key}", f"edit/{key}"):
            yield f"/o/customers/{stage.customer}/{part}/"
        yield f"/o/customers/bulk/control/?field={key}"
        yield f"/o/customers/?sort={key}"
        yield f"/o/customers/bulk/edit/?field={key}"
        yield f"/o/contacts/?columns=customer.{key}"


def test_no_page_shows_a_byte_of_a_hidden_field(stage: Stage) -> None:
    found = {}
    for url in pages(stage):
        answer = stage.browser.get(url)
        assert answer.status_code < 500, url
        if signs(answer.content) or any(signs(value.encode()) for value in answer.headers.values()):
            found[url] = signs(answer.content)
    side = stage.browser.get(f"/o/customers/{stage.customer}/", headers={"HX-Target": "record-side-body"})
    assert signs(side.content) == []
    assert found == {}


def test_who_sees_the_fields_does_see_the_canaries(cast: Cast, stage: Stage) -> None:
    """Otherwise the tests above and below would prove nothing."""
    page = client(cast.bob).get(f"/o/customers/{stage.customer}/").content
    assert {"canary", "139 8765 0001"} <= set(signs(page))


def test_the_api_tells_no_byte_of_a_hidden_field(stage: Stage) -> None:
    for path in (
        "/customers",
        "/contacts",
        "/customers?deleted=true",
        "/objects",
        f"/search?q={quote('海天')}",
        *(f"/{part}" for part in (f"customers/{stage.customer}", f"contacts/{stage.contact}")),
        *(f"/customers/{stage.customer}/{part}" for part in ("history", "timeline")),
        *(f"/contacts/{stage.contact}/{part}" for part in ("history", "timeline")),
        *(f"/customers?fields=name,{key}" for key in stage.hidden),
        *(f"/contacts?fields=name,customer.{key}" for key in stage.hidden),
    ):
        answer = stage.program.get(path)
        assert answer.status_code < 500, path
        assert signs(answer.content) == [], path


def test_answers_to_writing_tell_no_byte_of_a_hidden_field(stage: Stage) -> None:
    answers = [
        stage.program.patch(f"/customers/{stage.customer}", {"tier": "high"}, **{"If-Match": "*"}),
        stage.program.patch(f"/customers/{stage.customer}", {"tier": "low"}, **{"If-Match": '"1"'}),
        stage.program.post(
            "/customers/bulk", {"operation": "update", "records": [{"id": stage.customer, "tier": "high"}]}
        ),
        stage.browser.post(f"/o/customers/{stage.customer}/facts/tier/", {"tier": "low", "version": "1"}),
        stage.browser.post(f"/o/customers/{stage.customer}/edit/tier/", {"tier": "middle", "version": "1"}),
        stage.browser.post(f"/o/customers/{stage.customer}/edit/", {"name": "", "version": "1"}),
        stage.browser.post("/o/customers/bulk/edit/", {"ids": [stage.customer], "field": "tier", "bulk_value": "low"}),
    ]
    batch = Batch.objects.latest("pk").pk
    answers += [stage.browser.get(f"/batches/{batch}/"), stage.browser.post(f"/batches/{batch}/undo/")]
    answers += [
        stage.browser.post(f"/o/customers/{stage.customer}/delete/"),
        stage.browser.get(f"/o/customers/{stage.customer}/"),
        stage.browser.post(f"/o/customers/{stage.customer}/restore/"),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert signs(answer.content) == [], answer.request["PATH_INFO"]


def test_saving_the_whole_form_keeps_what_its_reader_does_not_see(stage: Stage) -> None:
    form = {"name": "海天", "kind": "company", "tier": "low"}
    assert stage.browser.post(f"/o/customers/{stage.customer}/edit/", form).status_code == 302
    row = registry.get("customer").model._default_manager.get(pk=stage.customer)
    assert (row.note, row.phones, row.emails) == (VALUES["note"], VALUES["phones"], VALUES["emails"])


def test_a_hidden_field_cannot_be_written(stage: Stage) -> None:
    for key in (*stage.hidden, *MASKED):
        value = VALUES.get(key, "改过")
        answer = stage.program.patch(f"/customers/{stage.customer}", {key: value}, **{"If-Match": "*"})
        assert answer.status_code in {403, 422}, key
        assert signs(answer.content) == [], key
        posted = stage.browser.post(f"/o/customers/{stage.customer}/facts/{key}/", {key: "x"})
        assert posted.status_code in {403, 404}, key


def test_nothing_can_be_asked_by_a_hidden_or_masked_field(stage: Stage) -> None:
    """Sorting, filtering and counting by it would tell the value bit by bit."""
    for key in (*stage.hidden, *MASKED):
        tree = quote(orjson.dumps({"all": [{"field": key, "op": "not_empty"}]}).decode())
        far = tree.replace(f"%22{key}%22", f"%22customer.{key}%22")
        assert stage.program.get(f"/customers?sort={key}").status_code in {400, 422}, key
        assert stage.program.get(f"/customers?filter={tree}").status_code in {400, 422}, key
        assert stage.program.get(f"/contacts?filter={far}").status_code in {400, 422}, key
        assert stage.program.post("/customers/exports", {"sort": [key]}).status_code in {400, 422}, key
        assert stage.browser.get(f"/o/customers/?filter={tree}").status_code == 422, key
        counted = stage.browser.get(f"/o/customers/count/?filter={tree}").content.decode()
        assert "1" not in counted, key


def test_search_does_not_find_by_a_hidden_field(stage: Stage) -> None:
    for q in ("canary", "CANARY-1", "13987650001", "0001", "canary_wechat", "canary custom", "canary legal"):
        assert told(stage.program.get(f"/search?q={quote(q)}"))["data"] == [], q
        assert f"/{stage.customer}/".encode() not in stage.browser.get(f"/search/?q={quote(q)}").content, q
        assert stage.browser.get(f"/o/customers/pick/?q={quote(q)}").json()["results"] == [], q
        assert (
            f"/o/customers/{stage.customer}/".encode() not in stage.browser.get(f"/o/customers/?q={quote(q)}").content
        ), q


def test_a_shared_view_by_a_hidden_field_tells_nothing(cast: Cast, stage: Stage) -> None:
    tree = {"all": [{"field": "note", "op": "contains", "value": "nar"}]}
    made = view_create(
        registry.get("customer"),
        name="有备注的",
        definition=Definition(filter=tree, sort=("name",), columns=("name", "note")),
        shared="everyone",
        actor=actor(cast.alice),
    )
    answer = stage.browser.get(f"/o/customers/?view={made.pk}")
    assert signs(answer.content) == []
    assert f"/o/customers/{stage.customer}/".encode() not in answer.content


def test_an_export_holds_no_byte_of_a_hidden_field(stage: Stage) -> None:
    assert stage.program.post("/customers/exports", {"columns": ["name", "note"]}).status_code in {400, 422}
    for form in ("csv", "xlsx"):
        run = ExportRun.objects.get(pk=told(stage.program.post("/customers/exports", {"format": form}))["id"])
        while (job := claim("test")) is not None:
            perform(job)
        content = run.path.read_bytes()
        assert content
        if form == "csv":
            assert "海天包装" in content.decode("utf-8-sig")
            assert signs(content) == []
