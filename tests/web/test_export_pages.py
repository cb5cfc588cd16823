"""Exports hold exactly what the list shows, belong to who made them, and are found again among one's work."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, client
from tests.web.records import customers
from zhike.accounts.roles import grants_set, role_by_key
from zhike.engines.exporting.models import ExportRun
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata.actor import SYSTEM, Scope

pytestmark = pytest.mark.write

PAGE = "/o/customers/export/"


def rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def exported(browser: Client, **data: Any) -> list[list[str]]:
    """Start an export as CSV and see it through."""
    answer = browser.post(PAGE, {"format": "csv", **data}, headers={"HX-Target": "dialog-content"})
    assert answer.status_code == 202, answer.content.decode()
    work_off()
    address = f"/exports/{ExportRun.objects.latest('pk').pk}/"
    assert f"{address}file/" in browser.get(address).content.decode()
    return rows(browser.get(f"{address}file/"))


def test_columns_filter_and_sort_are_those_of_the_list(cast: Cast) -> None:
    customers(cast.bob, "乙", "甲", tier="high")
    customers(cast.bob, "丙", tier="low")
    tree = json.dumps({"all": [{"field": "tier", "op": "eq", "value": "high"}]})
    found = exported(client(cast.clara), filter=tree, columns="name,tier", sort="-id")
    assert [len(found[0]), *(row for row in found[1:])] == [2, ["甲", "高价值"], ["乙", "高价值"]]


def test_the_selection_alone_can_be_exported_in_the_order_of_the_list(cast: Cast) -> None:
    first, _second, third = customers(cast.bob, "甲", "乙", "丙")
    browser = client(cast.clara)
    page = browser.get(PAGE, {"ids": [first, third]}).content.decode()
    assert 'value="chosen" checked' in page
    found = exported(browser, ids=[first, third], rows="chosen", columns="name", sort="-id")
    assert [row[0] for row in found[1:]] == ["丙", "甲"]
    assert len(exported(browser, ids=[first], rows="all", columns="name")) == 4


def test_the_list_offers_it_only_to_who_may(cast: Cast) -> None:
    customers(cast.bob, "甲")
    assert PAGE in client(cast.clara).get("/o/customers/").content.decode()
    made = ExportRun.objects.count()
    for user in (cast.bob, cast.mallory):
        browser = client(user)
        assert "/export/" not in browser.get("/o/customers/").content.decode()
        assert browser.get(PAGE).status_code == 403
        assert browser.post(PAGE, {"format": "csv"}).status_code == 403
    assert (ExportRun.objects.count(), Job.objects.count()) == (made, 0)


def test_an_export_belongs_to_who_made_it_and_ends_with_the_right(cast: Cast) -> None:
    customers(cast.bob, "甲")
    exported(client(cast.clara))
    address = f"/exports/{ExportRun.objects.latest('pk').pk}/"
    for below in ("", "file/"):
        assert client(cast.adam).get(address + below).status_code == 404
    assert client(cast.adam).post(f"{address}cancel/").status_code == 404
    grants_set(role_by_key("custodian"), {("customer", "export"): Scope.NONE}, actor=SYSTEM)
    assert client(cast.clara).get(f"{address}file/").status_code == 403


def test_an_export_is_stopped_from_its_dialog(cast: Cast) -> None:
    customers(cast.bob, "甲")
    browser = client(cast.clara)
    page = browser.post(PAGE, {"format": "xlsx"}, headers={"HX-Target": "dialog-content"}).content.decode()
    assert 'hx-trigger="load delay:1s"' in page
    address = f"/exports/{ExportRun.objects.latest('pk').pk}/"
    page = browser.post(f"{address}cancel/", headers={"HX-Target": "export-job"}).content.decode()
    assert "hx-trigger" not in page
    assert Job.objects.get().state == Job.State.CANCELLED


def test_a_list_that_cannot_be_read_starts_nothing(cast: Cast) -> None:
    answer = client(cast.clara).post(PAGE, {"filter": "{", "format": "csv"})
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_ones_work_stands_on_one_page_and_goes_on_from_there(cast: Cast) -> None:
    customers(cast.bob, "甲")
    browser = client(cast.clara)
    exported(browser)
    browser.post(PAGE, {"format": "xlsx"})
    waiting = Job.objects.latest("pk")
    page = browser.get("/jobs/").content.decode()
    assert page.count('<article class="job-row">') == 2
    assert "/file/" in page
    assert 'hx-trigger="load delay' in page
    browser.post(f"/jobs/{waiting.pk}/stop/")
    assert 'hx-trigger="load delay' not in browser.get("/jobs/?kind=export").content.decode()
    browser.post(f"/jobs/{waiting.pk}/retry/", {"list": "1"})
    work_off()
    assert Job.objects.get(pk=waiting.pk).state == Job.State.DONE
    assert browser.get(f"/jobs/{waiting.pk}/")["Location"] == f"/exports/{waiting.params['export']}/"
    assert "<article" not in browser.get("/jobs/?kind=import").content.decode()
    other = client(cast.bob)
    assert "<article" not in other.get("/jobs/").content.decode()
    for what in ("stop", "retry"):
        assert other.post(f"/jobs/{waiting.pk}/{what}/").status_code == 404
