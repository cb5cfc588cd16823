"""The mapping page says as what a file was recognised, lets people change that, and a trial shows each policy's outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast, client
from tests.web.test_import_pages import columns, send
from zhike.engines.importing.models import ImportRun
from zhike.jobs.worker import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.write]

EXPORTS = Path(__file__).parents[1] / "engines" / "importing" / "exports"
TWICE = "客户名称,类型\n恒泰精密模具有限公司,企业\n恒泰精密模具,企业\n鼎新商贸有限公司,企业\n"


def exported(name: str) -> str:
    return (EXPORTS / f"{name}.csv").read_text()


def test_the_page_says_as_what_the_file_was_recognised_and_lets_it_be_changed(cast: Cast) -> None:
    browser = client(cast.clara)
    address = send(browser, exported("zoho_accounts"), "Accounts.csv")["Location"]
    page = browser.get(address)
    assert "已识别为 Zoho CRM 客户（Accounts）" in page.content.decode()
    assert {column["heading"]: column["target"] for column in page.context["columns"]}["Billing City"] == "address:city"
    assert browser.post(address, {"step": "layout", "layout": ""}).status_code == 302
    assert "已识别为" not in browser.get(address).content.decode()
    assert browser.post(address, {"step": "layout", "layout": "zoho_contacts"}).status_code == 422
    assert ImportRun.objects.latest("pk").layout == ""


def test_it_reads_as_well_in_english(cast: Cast) -> None:
    browser = client(cast.clara)
    address = send(browser, exported("fxiaoke_customers"), "a.csv")["Location"]
    browser.post("/language/", {"language": "en"})
    assert "Recognised as ShareCRM" in browser.get(address).content.decode()


def test_a_file_of_contacts_is_shown_its_place(cast: Cast) -> None:
    browser = client(cast.clara)
    page = browser.get(send(browser, exported("hubspot_contacts"), "a.csv")["Location"]).content.decode()
    assert "/o/contacts/import/" in page
    assert "HubSpot 联系人" in page


def test_only_who_may_change_settings_is_offered_new_fields(cast: Cast) -> None:
    browser = client(cast.clara)
    address = send(browser)["Location"]
    assert "+field" not in browser.get(address).content.decode()
    told = {**columns(address), "column-4": "+field", "mode": "both", "key": "code", "step": "start"}
    assert browser.post(address, told).status_code == 422


def test_a_trial_shows_what_each_policy_would_do(cast: Cast) -> None:
    browser = client(cast.clara)
    address = send(browser, TWICE)["Location"]
    told = {**columns(address), "mode": "create", "key": "", "duplicates": "create", "step": "try"}
    assert browser.post(address, told).status_code == 302
    work_off()
    page = browser.get(address)
    assert [policy["counts"] for policy in page.context["policies"]] == [(3, 0, 0), (2, 0, 1), (2, 1, 0), (2, 1, 0)]
    assert "处理方式" in page.content.decode()
