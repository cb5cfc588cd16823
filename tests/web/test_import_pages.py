"""The import wizard: columns beside rows, trial, start, what was rejected, and taking all of it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.cast import Cast, actor, client
from zhike.accounts.models import User
from zhike.domain.customers.models import Contact, Customer
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.targets import guess_mapping, targets
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.write

PAGE = "/o/customers/import/"
SHEET = "客户名称,客户编号,类型,联系人姓名,别的\n晨光文具,K1,企业,张建国,甲\n王小明,K2,个人,,乙\n,K3,企业,,丙\n"


def send(browser: Client, text: str = SHEET, name: str = "客户.csv") -> Any:
    return browser.post(PAGE, {"file": SimpleUploadedFile(name, text.encode())})


def columns(page: str) -> dict[str, str]:
    """What the mapping page would send back unchanged."""
    run = ImportRun.objects.latest("pk")
    return {f"column-{position}": target for position, target in run.mapping.items()}


def imported(browser: Client, **choices: str) -> str:
    """Upload, start and see through; returns the address of the import."""
    address = str(send(browser)["Location"])
    answer = browser.post(address, {**columns(address), "mode": "both", "key": "code", "step": "start", **choices})
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return address


def test_columns_stand_beside_their_rows_and_are_recognised(cast: Cast) -> None:
    browser = client(cast.clara)
    answer = send(browser)
    assert answer.status_code == 302
    page = browser.get(answer["Location"])
    told = {column["heading"]: column["target"] for column in page.context["columns"]}
    assert told == {"客户名称": "name", "客户编号": "code", "类型": "kind", "联系人姓名": "contacts.name", "别的": ""}
    text = page.content.decode()
    assert "晨光文具" in text
    assert "不导入" in text


def test_a_trial_tells_what_would_be_and_the_import_follows(cast: Cast) -> None:
    browser = client(cast.clara)
    address = send(browser)["Location"]
    browser.post(address, {**columns(address), "mode": "both", "key": "code", "step": "try"})
    work_off()
    page = browser.get(address).content.decode()
    assert "试运行" in page
    assert not Customer.objects.exists()
    browser.post(address, {"step": "start"})
    assert "hx-get" in browser.get(address).content.decode()
    work_off()
    page = browser.get(address, headers={"HX-Target": "import-job"}).content.decode()
    assert page.lstrip().startswith('<div class="stack" id="import-job"')
    assert sorted(Customer.objects.values_list("code", flat=True)) == ["K1", "K2"]
    assert Contact.objects.get().name == "张建国"


def test_choices_that_do_not_fit_are_told_and_kept(cast: Cast) -> None:
    browser = client(cast.clara)
    address = send(browser)["Location"]
    answer = browser.post(address, {"column-4": "note", "mode": "update", "key": "code", "step": "start"})
    assert answer.status_code == 422
    assert {column["heading"]: column["target"] for column in answer.context["columns"]}["别的"] == "note"
    assert [mode["key"] for mode in answer.context["modes"] if mode["chosen"]] == ["update"]
    assert not Job.objects.exists()


def test_a_file_is_imported_once(cast: Cast) -> None:
    browser = client(cast.clara)
    address = imported(browser)
    assert browser.post(address, {"step": "start"}).status_code == 422
    assert Job.objects.filter(kind="import").count() == 1


def test_rejected_rows_are_shown_and_fetched(cast: Cast, tmp_path: Path) -> None:
    browser = client(cast.clara)
    address = imported(browser)
    assert "K3" in browser.get(address).content.decode()
    answer = browser.get(f"{address}rejected/")
    path = tmp_path / "rejected.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["K3"]


def test_taking_back_leaves_what_was_changed_since_until_it_is_ticked(cast: Cast) -> None:
    customer = registry.get("customer")
    kept = record_save(customer, {"code": "K1", "name": "旧名字"}, actor=actor(cast.clara))
    browser = client(cast.clara)
    address = imported(browser)
    record_save(customer, {"name": "后来的名字"}, actor=actor(cast.clara), id=kept)
    browser.post(f"{address}undo/")
    work_off()
    page = browser.get(address).content.decode()
    assert "旧名字" in page
    assert "后来的名字" in page
    assert not Customer.objects.filter(code="K2", deletion__isnull=True).exists()
    browser.post(f"{address}undo/", {"force": f"customer:{kept}"})
    work_off()
    assert Customer.objects.get(pk=kept).name == "旧名字"
    assert not browser.get(address).context["conflicts"]


def test_the_template_comes_back_recognised(cast: Cast, tmp_path: Path) -> None:
    answer = client(cast.clara).get(f"{PAGE}template/")
    path = tmp_path / "template.xlsx"
    path.write_bytes(answer.content)
    headers = [str(cell) for cell in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]]
    known = targets(registry.get("customer"), actor(cast.clara))
    assert "联系人 · 姓名" in headers
    mapping = guess_mapping(headers, known)
    assert [known[mapping[str(position)]].label for position in range(len(headers))] == [
        heading.rstrip("*") for heading in headers
    ]


def test_a_file_that_is_no_table_is_refused_in_words(cast: Cast) -> None:
    answer = client(cast.clara).post(PAGE, {"file": SimpleUploadedFile("x.csv", b"\x00\x01\x02")})
    assert answer.status_code == 422
    assert "XLSX" in answer.content.decode()
    assert client(cast.clara).post(PAGE).status_code == 422


@pytest.mark.parametrize("name", ["bob", "mallory", "eve"])
def test_who_may_not_import_is_turned_away(cast: Cast, name: str) -> None:
    user: User = getattr(cast, name)
    address = send(client(cast.clara))["Location"]
    browser = client(user)
    assert "/import/" not in browser.get("/o/customers/").content.decode()
    assert browser.get(PAGE).status_code == 403
    assert send(browser).status_code == 403
    assert browser.get(f"{PAGE}template/").status_code == 403
    for below in ("", "rejected/"):
        assert browser.get(address + below).status_code in {403, 404}
    for below in ("", "cancel/", "undo/"):
        assert browser.post(address + below).status_code in {403, 404}
    assert ImportRun.objects.count() == 1
    assert not Job.objects.exists()


def test_the_list_leads_to_the_import_and_another_persons_stays_theirs(cast: Cast) -> None:
    address = imported(client(cast.clara))
    assert PAGE in client(cast.clara).get("/o/customers/").content.decode()
    assert client(cast.adam).get(address).status_code in {403, 404}
