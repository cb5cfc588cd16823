"""What belongs to one person, and what only administrators open: who is answered what, and that nothing changes for others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.cast import Cast, client, person
from tests.permissions.digest import differences, digest
from tests.permissions.expected import ROLES
from tests.permissions.web_settings import SETTINGS_CALLS, Around, SettingsCall, around
from tests.permissions.web_things import PIXEL, THING_CALLS, ThingCall
from tests.permissions.writes import noted_writes
from zhike.accounts.models import LoginSession, Token
from zhike.metadata import registry
from zhike.metadata.models import Role, Stamp

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

BY_NAME = {name: tuple(calls) for name, calls in groupby(THING_CALLS, lambda call: call.name)}


class _Undo(Exception):
    """Takes a call's effect back."""


def ask(browser: Client, call: ThingCall, url: str) -> HttpResponse:
    if call.method == "GET":
        return browser.get(url)
    files = {"file": SimpleUploadedFile("a.png", PIXEL, "image/png")} if call.name.startswith("file_upload") else {}
    return browser.post(url, {**call.form, **files})


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_thing_answers_everybody_as_written_down(cast: Cast, name: str) -> None:
    wrong = []
    for call in BY_NAME[name]:
        for who in call.answers:
            try:
                with transaction.atomic():
                    wrong += thing_breaches(cast, call, who)
                    raise _Undo
            except _Undo:
                pass
        url = call.url(call.makes(cast))
        answer = ask(Client(), call, url)
        if answer.status_code != 302 or not answer.headers["Location"].startswith("/login/"):
            wrong.append(f"a visitor at {call.method} {url}: {answer.status_code}")
    assert wrong == []


def thing_breaches(cast: Cast, call: ThingCall, who: str) -> Iterator[str]:
    url = call.url(call.makes(cast))
    browser = client(cast.people()[who])
    wanted = call.answers[who]
    before, personal = digest() if wanted >= 400 else {}, signed_in()
    with noted_writes() as written:
        answer = ask(browser, call, url)
    if answer.status_code != wanted:
        yield f"{who} at {call.method} {url}: {answer.status_code} instead of {wanted}: {answer.content[:200]!r}"
    changed = differences(before) if wanted >= 400 and written else []
    if wanted >= 400 and (changed or signed_in() != personal):
        yield f"{who} at {call.method} {url}: denied, but changed {changed}"


def signed_in() -> tuple[int, int]:
    """How many sign-ins and tokens are valid: no business tables, but nobody else's to end."""
    return LoginSession.objects.filter(ended_at__isnull=True).count(), Token.objects.filter(revoked_at=None).count()


# Settings ---------------------------------------------------------------------------------------------------------


def settings_breaches(found: Around, browser: Client, privileges: set[str], who: str) -> Iterator[str]:
    """Every page of the settings, opened or refused."""
    before = digest()
    for call in SETTINGS_CALLS:
        permits = opens_any(privileges) if call.privilege is None else call.privilege in privileges
        changed: list[str] = []
        try:
            with transaction.atomic():
                with noted_writes() as written:
                    answer = settings_answer(browser, call, found)
                changed = differences(before) if written and not permits else []
                raise _Undo
        except _Undo:
            registry.touch(Stamp.RIGHTS)
            registry.touch()
        wanted = call.status if permits else 403
        if answer.status_code != wanted:
            yield f"{who}: {call.method} {call.name}: {answer.status_code} instead of {wanted}: {answer.content[:300]!r}"
        if changed:
            yield f"{who}: {call.method} {call.name}: denied, but changed {', '.join(changed)}"


def opens_any(privileges: set[str]) -> bool:
    return any(call.privilege in privileges for call in SETTINGS_CALLS)


def settings_answer(browser: Client, call: SettingsCall, found: Around) -> HttpResponse:
    url = call.url(found)
    form = {key: value for key, value in call.form(found).items() if value is not None}
    return browser.get(url) if call.method == "GET" else browser.post(url, form)


@pytest.mark.parametrize("role", ROLES)
def test_settings_open_to_administrators_alone(cast: Cast, role: str) -> None:
    user = cast.people()[role]
    privileges = {"settings", "users", "roles", "audit"} if role == "adam" else set()
    assert list(settings_breaches(around(cast), client(user), privileges, role)) == []


@pytest.mark.parametrize("privilege", ["settings", "users", "roles", "audit"])
def test_each_privilege_opens_its_own_pages_only(cast: Cast, privilege: str) -> None:
    found = around(cast)
    Role.objects.create(key="clerk", name="专员", privileges=[privilege], order=90)
    registry.touch(Stamp.RIGHTS)
    user = person("clerk", "clerk", cast.branch)
    assert refused_and_opened(found, client(user), privilege) == []


def refused_and_opened(found: Around, browser: Client, privilege: str) -> list[str]:
    """Writing pages may ask for more than the privilege, such as the right to create departments; never for less."""
    return [
        breach
        for breach in settings_breaches(found, browser, {privilege}, privilege)
        if "403 instead of 302" not in breach
    ]


def test_visitors_are_led_from_the_settings_to_the_sign_in_page(cast: Cast) -> None:
    found = around(cast)
    for call in SETTINGS_CALLS:
        answer = settings_answer(Client(), call, found)
        assert answer.headers["Location"].startswith("/login/"), call.name
