"""An address without a row in a matrix breaks the build, and so does a row whose address is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import Cast, client
from tests.permissions import api_calls
from tests.permissions.scene import build
from tests.permissions.web_calls import RECORD_CALLS, TYPE_CALLS
from tests.permissions.web_elsewhere import ELSEWHERE
from tests.permissions.web_settings import SETTINGS_CALLS
from tests.permissions.web_things import THING_CALLS

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

WEB_CALLS = (*RECORD_CALLS, *TYPE_CALLS, *SETTINGS_CALLS, *THING_CALLS)


def addresses(resolver: URLResolver, space: str = "", route: str = "") -> Iterator[tuple[str, str, str]]:
    """(namespace, name, route) of every address; a nameless one goes by its route."""
    for entry in resolver.url_patterns:
        found = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield space, entry.name or found, found
        else:
            yield from addresses(entry, entry.namespace or space, found)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    found = list(addresses(get_resolver()))
    web = {name for space, name, _route in found if space == ""}
    api = {name for space, name, _route in found if space == "api"}
    assert {space for space, _name, _route in found} == {"", "api"}
    assert web == {call.name for call in WEB_CALLS} | set(ELSEWHERE)
    assert api == {call.name for call in api_calls.RECORD_CALLS} | set(api_calls.ELSEWHERE)


def test_methods_without_a_row_are_refused_or_led_back(cast: Cast) -> None:
    """What no row asks of a record's or an object's address, the address does not do."""
    scene = build(cast, "task", cast.bob)
    browser = client(cast.bob)
    rows: dict[str, set[str]] = {}
    for call in (*RECORD_CALLS, *TYPE_CALLS):
        rows.setdefault(call.name, set()).add(call.method)
    wrong = []
    for call in (*RECORD_CALLS, *TYPE_CALLS):
        if "task" not in call.objects or call.name in ELSEWHERE:
            continue
        pk = None if call in TYPE_CALLS else scene.ids["own", False]
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - rows[call.name]:
            answer = browser.generic(method, call.url(scene, pk))
            if answer.status_code != 405 and not (method == "GET" and answer.status_code == 302):
                wrong.append(f"{method} {call.name}: {answer.status_code}")
    assert wrong == []
