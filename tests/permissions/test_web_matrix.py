"""The permission matrix of the pages: address × role × relation, and the digest of every table after a denied call."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast, client
from tests.permissions.digest import differences, digest
from tests.permissions.expected import NOBODIES, matrix_cases
from tests.permissions.scene import build
from tests.permissions.web_calls import RECORD_CALLS, TYPE_CALLS
from tests.permissions.web_matrix import Cell, ask, breaches

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


@pytest.mark.parametrize(("role", "object_key"), matrix_cases())
def test_every_cell_answers_as_written_down(cast: Cast, role: str, object_key: str) -> None:
    user = getattr(cast, role)
    assert list(breaches(build(cast, object_key, user), role, client(user))) == []


@pytest.mark.parametrize("role", NOBODIES)
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(cast: Cast, role: str) -> None:
    """A page is redirected, a fragment answered 401; closed accounts with a session from before likewise."""
    user = cast.bob if role == "anonymous" else getattr(cast, role)
    scenes = {key: build(cast, key, user) for key in ("customer", "task")}
    calls = (*RECORD_CALLS, *TYPE_CALLS)
    browsers = [Client() if role == "anonymous" else client(user) for _call in calls]
    before = digest()
    wrong = []
    for call, browser in zip(calls, browsers, strict=True):
        scene = scenes["customer" if "customer" in call.objects else "task"]
        pk = None if call in TYPE_CALLS else scene.ids["own", call.deleted]
        cell = Cell(call, "own", call.deleted, pk, has_action=False, is_seen=False, permits=False)
        page, fragment = ask(browser, cell, scene), ask(browser, cell, scene, **{"HX-Request": "true"})
        if (page.status_code, page.headers.get("Location", "")[:7], fragment.status_code) != (302, "/login/", 401):
            wrong.append(f"{cell}: {page.status_code} {fragment.status_code}")
    assert wrong == []
    assert differences(before) == []
