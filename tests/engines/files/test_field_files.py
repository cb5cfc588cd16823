"""Files in fields: whose id may be named there, and that the rights to the field and the record hold for the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client, person
from tests.engines.files.test_files import PDF, picture
from tests.web.records import customers
from zhike.accounts.roles import field_rules_set, role_create
from zhike.engines.exporting.models import ExportRun
from zhike.engines.files.models import File
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.metadata import registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.customising import field_create

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

#: Where the bytes or the name of a file might come out.
PATHS = ("", "thumb/", "picture/")


@dataclass(frozen=True, slots=True)
class Stage:
    """A customer whose scans hold a picture, a field beside it that all may see, and somebody who does not see the scans."""

    bob: Client
    clerk: Client
    cast: Cast
    customer: int
    file: int
    clerk_account: Any


def loose(browser: Client, name: str = "底价.png", content: bytes | None = None) -> int:
    upload = SimpleUploadedFile(name, content or picture(kind="PNG"))
    return int(browser.post("/files/", {"file": upload}).json()["id"])


def put(browser: Client, customer: int, *files: int) -> int:
    form = {"scan": [str(pk) for pk in files]}
    return browser.post(f"/o/customers/{customer}/facts/scan/", form).status_code


@pytest.fixture
def stage(cast: Cast, request: pytest.FixtureRequest) -> Stage:
    access = getattr(request, "param", FieldAccess.HIDDEN)
    admin = actor(cast.adam)
    field_create("customer", kind="file", label="扫描件", key="scan", actor=admin)
    role = role_create(name="前台", like="custodian", actor=admin)
    field_rules_set(role, "customer", {"scan": access}, actor=admin)
    clerk = person("clerk", role.key, cast.branch)
    bob = client(cast.bob)
    [customer] = customers(cast.bob, "海天包装")
    file = loose(bob)
    assert put(bob, customer, file) == 200
    return Stage(bob, client(clerk), cast, customer, file, clerk)


@pytest.mark.parametrize("stage", [FieldAccess.HIDDEN, FieldAccess.MASKED], indirect=True)
def test_a_file_in_a_hidden_or_masked_field_comes_out_nowhere(stage: Stage) -> None:
    record = f"/o/customers/{stage.customer}/"
    assert [stage.bob.get(f"/files/{stage.file}/{path}").status_code for path in PATHS] == [200] * 3
    assert [stage.clerk.get(f"/files/{stage.file}/{path}").status_code for path in PATHS] == [404] * 3
    assert stage.clerk.post(f"/files/{stage.file}/delete/").status_code == 404
    program = caller(stage.clerk_account)
    told_to_clerk = [
        *(stage.clerk.get(f"{record}{part}").content for part in ("", "timeline/", "history/", "edit/", "peek/")),
        stage.clerk.get("/o/customers/?columns=name,scan").content,
        stage.clerk.get(record, headers={"HX-Target": "record-side-body"}).content,
        program.get(f"/customers/{stage.customer}").content,
        program.get(f"/customers/{stage.customer}/timeline").content,
        program.get(f"/customers/{stage.customer}/history").content,
    ]
    for content in told_to_clerk:
        assert "底价" not in content.decode()
        assert f"/files/{stage.file}/" not in content.decode()
    assert "底价" in stage.bob.get(f"{record}timeline/").content.decode()


def test_an_export_names_no_file_of_a_hidden_field(stage: Stage) -> None:
    contents = []
    for account in (stage.clerk_account, stage.cast.clara):
        answer = caller(account).post("/customers/exports", {"format": "csv"})
        run = ExportRun.objects.get(pk=told(answer)["id"])
        while (job := claim("test")) is not None:
            perform(job)
        contents.append(run.path.read_text("utf-8-sig"))
    assert "海天包装" in contents[0]
    assert "底价" not in contents[0]
    refused = caller(stage.clerk_account).post("/customers/exports", {"columns": ["name", "scan"]})
    assert refused.status_code in {400, 422}


@pytest.mark.parametrize("stage", [FieldAccess.READ_ONLY], indirect=True)
def test_a_field_that_one_may_only_see_keeps_its_files(stage: Stage) -> None:
    assert stage.clerk.get(f"/files/{stage.file}/").status_code == 200
    assert stage.clerk.post(f"/files/{stage.file}/delete/").status_code == 403
    assert File.objects.get(pk=stage.file).deleted_at is None


def test_a_loose_file_of_somebody_else_gets_into_no_record_by_any_way(stage: Stage) -> None:
    foreign = loose(client(stage.cast.charlie), "别人的.pdf", PDF)
    program = caller(stage.cast.bob)
    base = {"name": "新客户", "kind": "company"}
    tried = [
        program.patch(f"/customers/{stage.customer}", {"scan": [foreign]}, **{"If-Match": "*"}),
        program.post("/customers", {**base, "scan": [foreign]}),
        stage.bob.post("/o/customers/new/", {**base, "scan": [str(foreign)]}),
        stage.bob.post(f"/o/customers/{stage.customer}/edit/scan/", {"scan": [str(foreign)]}),
    ]
    stage.bob.post("/o/customers/bulk/edit/", {"ids": [stage.customer], "field": "scan", "bulk_value": [str(foreign)]})
    assert {answer.status_code for answer in tried} <= {400, 404, 422}, [answer.status_code for answer in tried]
    kept = File.objects.get(pk=foreign)
    assert (kept.object_key, kept.record_id, kept.field_key) == ("", 0, "")
    assert stage.bob.get(f"/files/{foreign}/").status_code == 404
    row = registry.get("customer").model._default_manager.get(pk=stage.customer)
    assert row.custom["scan"] == [stage.file]


def test_a_hidden_files_id_cannot_be_brought_to_a_field_in_sight(stage: Stage) -> None:
    """Otherwise naming it elsewhere would be a way to read it."""
    field_create("customer", kind="file", label="附件", key="open_files", actor=actor(stage.cast.adam))
    answer = stage.clerk.post(f"/o/customers/{stage.customer}/facts/open_files/", {"open_files": [str(stage.file)]})
    assert answer.status_code == 422
    assert stage.clerk.get(f"/files/{stage.file}/").status_code == 404


def test_a_record_in_the_bin_gives_out_no_file(stage: Stage) -> None:
    assert stage.bob.post(f"/o/customers/{stage.customer}/delete/").status_code == 204
    assert [stage.bob.get(f"/files/{stage.file}/{path}").status_code for path in PATHS] == [404] * 3
    assert stage.bob.post(f"/o/customers/{stage.customer}/restore/").status_code == 204
    assert stage.bob.get(f"/files/{stage.file}/").status_code == 200


def test_a_deleted_file_is_named_by_its_field_no_more(stage: Stage) -> None:
    assert stage.bob.post(f"/files/{stage.file}/delete/").status_code == 204
    page = stage.bob.get(f"/o/customers/{stage.customer}/").content.decode()
    assert f"/files/{stage.file}/" not in page
    assert stage.bob.get(f"/files/{stage.file}/").status_code == 404
