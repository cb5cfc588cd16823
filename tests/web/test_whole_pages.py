"""Parts of pages that are opened by themselves."""

from __future__ import annotations

import pytest

from tests.cast import Cast, client
from tests.web.records import customers

pytestmark = pytest.mark.django_db
NAVIGATION = {"Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("part", ["history/", "team/", "why/", "delete/"])
def test_a_dialog_in_a_tab_of_its_own_stands_in_the_house(cast: Cast, part: str) -> None:
    [pk] = customers(cast.bob, "海天包装")
    bob = client(cast.bob)

    answer = bob.get(f"/o/customers/{pk}/{part}", headers=NAVIGATION)
    page = answer.content.decode()

    assert page.count("<html") <= 1
    if answer.status_code == 200:
        assert 'class="rail' in page
        assert "<html" not in bob.get(f"/o/customers/{pk}/{part}", headers={"HX-Request": "true"}).content.decode()


def test_pages_files_and_the_interface_stay_as_they_are(cast: Cast) -> None:
    bob = client(cast.bob)

    assert bob.get("/o/customers/", headers=NAVIGATION).content.decode().count("<html") == 1
    assert bob.get("/o/customers/import/template/", headers=NAVIGATION).headers["Content-Type"] != "text/html"
    assert bob.get("/api/openapi.json", headers=NAVIGATION).headers["Content-Type"].startswith("application/json")
