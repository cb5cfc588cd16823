"""Markup typed into any text is shown as text on every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest

from tests.cast import Cast, client
from tests.web.markup import PAYLOAD, Marked, alive, assemble
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


@pytest.fixture
def marked(cast: Cast) -> Marked:
    return assemble(cast)


def addresses(marked: Marked) -> Iterator[str]:
    yield from ("/", "/feeds/", "/notifications/", "/me/", "/log/", f"/log/?customer={marked.ids['customer']}")
    for q in ("script", "evil", PAYLOAD):
        yield f"/search/?q={quote(q)}"
        yield f"/o/customers/?q={quote(q)}"
    for key, pk in marked.ids.items():
        slug = registry.get(key).slug
        columns = ",".join(field.key for field in registry.get(key).active_fields)
        yield from (f"/o/{slug}/", f"/o/{slug}/?columns={columns}", f"/o/{slug}/new/", f"/o/{slug}/columns/")
        yield from (f"/o/{slug}/filter/", f"/o/{slug}/views/new/", f"/o/{slug}/bulk/edit/")
        for part in ("", "peek/", "edit/", "history/", "why/", "timeline/"):
            yield f"/o/{slug}/{pk}/{part}"
        for field in registry.get(key).writable_fields:
            yield f"/o/{slug}/{pk}/facts/{field.key}/"
            yield f"/o/{slug}/{pk}/edit/{field.key}/"
            yield f"/o/{slug}/bulk/control/?field={field.key}"
    yield from ("/o/customers/board/", "/o/tasks/board/", "/o/customers/export/", "/o/customers/import/", "/jobs/")
    yield from ("/o/customers/bin/", f"/o/customers/board/?by={quote(PAYLOAD)}")
    yield f"/o/customers/?view={marked.view}"
    yield from (f"/o/customers/views/{marked.view}/{part}/" for part in ("rename", "share", "duplicate", "delete"))
    yield f"/o/customers/?filter={quote(PAYLOAD)}"
    yield f"/o/customers/?sort={quote(PAYLOAD)}&columns={quote(PAYLOAD)}&cursor={quote(PAYLOAD)}"
    yield f"/o/customers/new/?name={quote(PAYLOAD)}&note={quote(PAYLOAD)}"


def test_no_page_runs_what_people_typed(cast: Cast, marked: Marked) -> None:
    browser = client(cast.clara)
    found = {}
    shown = 0
    for url in addresses(marked):
        answer = browser.get(url)
        assert answer.status_code < 500, url
        page = answer.content.decode()
        shown += "evil-x" in page
        if answer["Content-Type"].startswith("text/html") and alive(page):
            found[url] = alive(page)[:3]
    assert found == {}
    assert shown > 40, "the payload must stand on many pages, or this test proves nothing"


def test_answers_to_forms_run_nothing_either(cast: Cast, marked: Marked) -> None:
    browser = client(cast.clara)
    pk = marked.ids["customer"]
    wrong = {
        "name": PAYLOAD,
        "kind": PAYLOAD,
        "phones": PAYLOAD,
        "emails": PAYLOAD,
        "website": PAYLOAD,
        "owner": PAYLOAD,
    }
    for url, form in (
        ("/o/customers/new/", wrong),
        (f"/o/customers/{pk}/edit/", {**wrong, "version": "1", "note": PAYLOAD}),
        (f"/o/customers/{pk}/facts/phones/", {"phones": PAYLOAD}),
        (f"/o/customers/{pk}/facts/note/", {"note": PAYLOAD, "version": "1"}),
        (f"/o/customers/{pk}/edit/note/", {"note": PAYLOAD, "version": "1"}),
        (f"/o/customers/{pk}/edit/kind/", {"kind": PAYLOAD}),
        (f"/o/customers/{pk}/log/", {"channel": PAYLOAD, "content": PAYLOAD, "next_at": PAYLOAD}),
        (f"/o/customers/{pk}/team/", {"user": PAYLOAD}),
        ("/o/customers/bulk/edit/", {"ids": [pk], "field": "tier", "bulk_value": PAYLOAD}),
        ("/o/customers/views/new/", {"name": PAYLOAD * 5}),
    ):
        answer = browser.post(url, form)
        assert answer.status_code < 500, url
        assert alive(answer.content.decode()) == [], url
    for batch in Batch.objects.filter(actor_id=cast.bob.pk):
        assert alive(client(cast.bob).get(f"/batches/{batch.pk}/").content.decode()) == []


def test_settings_run_nothing_that_was_typed(cast: Cast, marked: Marked) -> None:
    browser = client(cast.adam)
    for url in ("/settings/", "/settings/roles/", "/settings/roles/sales/", "/settings/roles/sales/customer/"):
        assert alive(browser.get(url).content.decode()) == [], url
    for url in (
        f"/settings/people/?q={quote(PAYLOAD)}",
        f"/settings/why/?record={quote(PAYLOAD)}",
        "/settings/people/new/",
    ):
        assert alive(browser.get(url).content.decode()) == [], url
    wrong = browser.post("/settings/people/new/", {"username": PAYLOAD, "name": PAYLOAD})
    assert alive(wrong.content.decode()) == []


def test_the_sign_in_page_shows_what_was_typed_as_text(cast: Cast) -> None:
    answer = client(None).post(f"/login/?next={quote(PAYLOAD)}", {"username": PAYLOAD, "password": "x"})
    assert alive(answer.content.decode()) == []


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "java\tscript:alert(1)"]
)
def test_an_address_that_runs_is_no_address(cast: Cast, address: str) -> None:
    values = {"name": "甲", "kind": "company", "website": address, "owner": cast.bob.pk}
    with suppress(Invalid):
        pk = record_save(registry.get("customer"), values, actor=SYSTEM)
        assert alive(client(cast.bob).get(f"/o/customers/{pk}/").content.decode()) == []


def test_a_file_goes_out_as_a_harmless_attachment(cast: Cast, marked: Marked) -> None:
    answer = client(cast.bob).get(f"/files/{marked.file}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer["Content-Type"].startswith("text/html")
