"""Settings and data quality over the API: who is let in, with which token, and that the others change nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.api.caller import Caller, caller
from tests.cast import Cast, actor
from tests.permissions.api_settings import QUALITY_CALLS, READ, SETTINGS_CALLS, WRITE, Found, found
from tests.permissions.digest import differences, digest
from tests.permissions.expected import ROLES
from tests.permissions.web_settings import Around, around
from tests.permissions.writes import noted_writes
from zhike.accounts.tokens import token_create
from zhike.api.openapi.document import document
from zhike.metadata import registry
from zhike.metadata.errors import Invalid
from zhike.metadata.models import Stamp

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

#: Scopes of the administrator's token → what it opens; "*" and what is given for objects never stand for the settings.
OPENS = {
    ("*",): (),
    ("*:read", "*:write"): (),
    ("user:write",): (),
    (READ,): (READ,),
    (WRITE,): (READ, WRITE),
    ("*", READ): (READ,),
}


class _Undo(Exception):
    """Takes the effect of a call back."""


class Witness:
    """Asks as a program and takes every effect back; of refused calls it says which tables they changed."""

    def __init__(self, program: Caller) -> None:
        self.program = program
        self.before = digest()

    def ask(self, method: str, url: str, body: object) -> tuple[HttpResponse, list[str]]:
        changed: list[str] = []
        try:
            with transaction.atomic():
                with noted_writes() as written:
                    answer = self.program.request(method, url, body)
                changed = differences(self.before) if written and answer.status_code >= 400 else []
                raise _Undo
        except _Undo:
            pass
        if answer.status_code < 400 and method != "GET":
            # What the process learned of the settings was taken back too.
            registry.touch(Stamp.RIGHTS)
            registry.touch()
            self.before = digest()
        return answer, changed


def settings_breaches(program: Caller, scene: Around, opened: tuple[str, ...]) -> Iterator[str]:
    witness = Witness(program)
    for call in SETTINGS_CALLS:
        answer, changed = witness.ask(call.method, call.path(scene), call.body)
        wanted = call.status if call.scope in opened else 403
        if answer.status_code != wanted or changed:
            yield f"{call.method} {call.name}: {answer.status_code} instead of {wanted}, changed {changed}: {answer.content[:200]!r}"


@pytest.mark.parametrize("scopes", sorted(OPENS), ids=" ".join)
def test_a_token_opens_the_settings_only_when_it_names_them(cast: Cast, scopes: tuple[str, ...]) -> None:
    scene = around(cast)
    assert list(settings_breaches(caller(cast.adam, *scopes), scene, OPENS[scopes])) == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "adam"])
def test_tokens_of_all_others_never_open_the_settings(cast: Cast, role: str) -> None:
    user = getattr(cast, role)
    for scope in (READ, WRITE):
        with pytest.raises(Invalid):
            caller(user, "*", scope)
        with pytest.raises(Invalid):
            token_create(user, name="给别人", scopes=[scope], actor=actor(cast.adam))
    assert list(settings_breaches(caller(user), around(cast), ())) == []


def test_a_token_loses_the_settings_with_its_person(cast: Cast) -> None:
    scene = around(cast)
    program = caller(cast.adam, READ, WRITE)
    assert program.get("/settings/quality-rules").status_code == 200
    cast.adam.roles = ["custodian"]
    cast.adam.version += 1
    cast.adam.save(update_fields=["roles", "version"])
    assert list(settings_breaches(program, scene, ())) == []


def test_without_a_token_nothing_opens(cast: Cast) -> None:
    scene = around(cast)
    for call in SETTINGS_CALLS:
        assert Client().generic(call.method, f"/api/v1{call.path(scene)}").status_code == 401, call.name
    thing = found(scene)
    for quality in QUALITY_CALLS:
        assert Client().generic(quality.method, f"/api/v1{quality.url(thing)}").status_code == 401, quality.name


def quality_breaches(program: Caller, thing: Found, role: str) -> Iterator[str]:
    witness = Witness(program)
    for call in QUALITY_CALLS:
        body = call.body(thing) if call.body is not None else None
        answer, changed = witness.ask(call.method, call.url(thing), body)
        wanted = call.answers.get(role, 403)
        if answer.status_code != wanted or changed:
            yield f"{role}: {call.method} {call.name}: {answer.status_code} instead of {wanted}, changed {changed}: {answer.content[:200]!r}"


@pytest.mark.parametrize("role", ROLES)
def test_data_quality_answers_each_role_as_written_down(cast: Cast, role: str) -> None:
    thing = found(around(cast))
    assert list(quality_breaches(caller(getattr(cast, role)), thing, role)) == []


def test_a_token_for_reading_writes_nothing_of_data_quality(cast: Cast) -> None:
    thing = found(around(cast))
    witness = Witness(caller(cast.clara, "*:read"))
    for call in QUALITY_CALLS:
        if call.method != "GET" and "/jobs/" not in call.path:
            answer, changed = witness.ask(call.method, call.url(thing), call.body(thing) if call.body else None)
            assert (answer.status_code, changed) == (403, []), call.name


def test_every_call_stands_in_the_document_with_the_scope_that_it_needs() -> None:
    paths = document()["paths"]
    settings = {
        (path, method) for path, methods in paths.items() if path.startswith("/settings/") for method in methods
    }
    assert len(settings) == len(SETTINGS_CALLS)
    for path, method in settings:
        assert (READ if method == "get" else WRITE) in paths[path][method]["description"]
    assert {path for path in paths if path.startswith("/quality/")} == {
        call.path.partition("?")[0]
        .replace("{inspection}", "{inspection_id}")
        .replace("{item}", "{item_id}")
        .replace("{job}", "{job_id}")
        for call in QUALITY_CALLS
        if call.path.startswith("/quality/")
    }
