"""Lists, counts, pickers, search and the work page hold exactly what may be seen."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.cast import Cast, actor, client
from tests.permissions.expected import EXPECTED, matrix_cases
from tests.permissions.scene import RELATIONS, build
from zhike.engines.comments.services import comment_add
from zhike.engines.recent.services import record_opened
from zhike.metadata import registry
from zhike.metadata.team import member_add, member_remove

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

LINK = re.compile(r"/o/([a-z0-9_-]+)/(\d+)/")


def linked(page: bytes, slug: str) -> set[int]:
    """Numbers of the records of an object type to which the page links."""
    return {int(pk) for found, pk in LINK.findall(page.decode()) if found == slug}


@pytest.mark.parametrize(("role", "object_key"), matrix_cases())
def test_lists_counts_pickers_and_search_agree_on_what_may_be_seen(cast: Cast, role: str, object_key: str) -> None:
    scene = build(cast, object_key, cast.people()[role])
    slug = scene.object_type.slug
    browser = client(cast.people()[role])
    allowed = EXPECTED[object_key][role]
    seen = {scene.ids[relation, False] for relation in allowed.get("view", ())}
    ours = set(scene.ids.values())

    found = browser.get(f"/search/?q={quote('own')}")
    searched = {scene.ids["own", False]} if scene.object_type.search else set()
    assert linked(found.content, slug) & ours == seen & searched
    if "view" not in allowed:
        assert browser.get(f"/o/{slug}/").status_code == 403
        return
    assert linked(browser.get(f"/o/{slug}/").content, slug) == seen
    picked = {row["id"] for row in browser.get(f"/o/{slug}/pick/").json()["results"]}
    assert picked == seen
    assert browser.get(f"/o/{slug}/count/").content.decode().count(str(len(seen))) >= 1


def test_the_work_page_and_messages_tell_nothing_of_what_went_out_of_reach(cast: Cast) -> None:
    """Charlie was in the team, opened the customer and was mentioned; then he was taken off."""
    customer = registry.get("customer")
    pk = build(cast, "customer", cast.charlie).ids["other", False]
    member_add(customer, pk, cast.charlie.pk, access="view", actor=actor(cast.bob))
    record_opened(customer, pk, actor=actor(cast.charlie))
    comment_add(customer, pk, "@Charlie 请看", actor=actor(cast.bob))
    browser = client(cast.charlie)
    pages = ("/", "/feeds/", "/notifications/", "/search/")
    assert any(pk in linked(browser.get(url).content, "customers") for url in pages)

    member_remove(customer, pk, cast.charlie.pk, actor=actor(cast.bob))

    for url in pages:
        page = browser.get(url).content
        assert pk not in linked(page, "customers"), url
        assert "请看" not in page.decode(), url


@pytest.mark.parametrize("role", ["bob", "sara", "max", "adam"])
def test_no_page_of_a_person_links_to_a_record_out_of_reach(cast: Cast, role: str) -> None:
    scene = build(cast, "task", cast.people()[role])
    allowed = EXPECTED["task"][role].get("view", frozenset())
    hidden = {scene.ids[relation, False] for relation in RELATIONS if relation not in allowed}
    hidden |= {scene.ids[relation, True] for relation in RELATIONS}
    browser = client(cast.people()[role])
    for url in ("/", "/feeds/", "/notifications/", "/o/customers/", "/o/users/", f"/o/users/{scene.user.pk}/"):
        assert linked(browser.get(url).content, "tasks") & hidden == set(), url
