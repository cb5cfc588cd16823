"""Signing in: who gets in, what everybody else learns (nothing), and how long guessing lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hashers, get_hashers_by_algorithm
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import PASSWORD, Cast
from zhike.accounts.models import LoginSession, User
from zhike.config import settings as production


def sign_in(username: str, password: str = PASSWORD, *, browser: Client | None = None, **data: str):  # type: ignore[no-untyped-def]
    return (browser or Client()).post("/login/", {"username": username, "password": password, **data})


def test_a_person_signs_in_and_is_sent_where_they_wanted(cast: Cast) -> None:
    answer = sign_in("bob", next="/me/?x=1")
    assert (answer.status_code, answer["Location"]) == (302, "/me/?x=1")


def test_the_user_name_may_be_written_in_any_case_and_width(cast: Cast) -> None:
    assert sign_in(" ＢＯＢ ").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "///evil.example",
        "\thttps://evil.example",
        "/\tevil",
        "javascript:alert(1)",
        "http:evil.example",
        "\\\\evil.example",
        "/\n/evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(cast: Cast, target: str) -> None:
    assert sign_in("bob", next=target)["Location"] == "/"


def test_everybody_who_does_not_get_in_gets_the_same_answer(cast: Cast) -> None:
    answers = [
        sign_in("bob", "a wrong password"),
        sign_in("nobody-at-all", "a wrong password"),
        sign_in("disabled"),
        sign_in("expired"),
        sign_in("bob", "x" * 100_000),
        sign_in("", ""),
        sign_in("bob\0", "\0"),
    ]
    names = ["bob", "nobody-at-all", "disabled", "expired"]
    bodies = [without_variables(answer.content.decode(), names) for answer in answers[:4]]
    assert {answer.status_code for answer in answers} == {422}
    assert len(set(bodies)) == 1
    assert not LoginSession.objects.exists()


def without_variables(page: str, names: list[str]) -> str:
    """The page without the name typed and the form's token, which differ by nature."""
    lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
    page = "\n".join(lines)
    for name in names:
        page = page.replace(name, "")
    return page


@pytest.fixture
def real_hasher() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.Argon2PasswordHasher"])
        patch.setattr(settings, "AXES_ENABLED", False)
        get_hashers.cache_clear()
        get_hashers_by_algorithm.cache_clear()
        yield
    get_hashers.cache_clear()
    get_hashers_by_algorithm.cache_clear()


@pytest.fixture
def hashed(real_hasher: None, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Time, memory and threads of every password that is hashed or compared: next to it nothing else of a sign-in takes time."""
    found: list[tuple[int, int, int]] = []

    def note(hasher: Argon2PasswordHasher, encoded: str) -> None:
        cost = hasher.decode(encoded)
        found.append((cost["time_cost"], cost["memory_cost"], cost["parallelism"]))

    def encode(hasher: Argon2PasswordHasher, password: str, salt: str) -> str:
        encoded = plain_encode(hasher, password, salt)
        note(hasher, encoded)
        return encoded

    def verify(hasher: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        note(hasher, encoded)
        return plain_verify(hasher, password, encoded)

    plain_encode, plain_verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", encode)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verify)
    return found


def test_time_does_not_tell_whether_an_account_exists(cast: Cast, hashed: list[tuple[int, int, int]]) -> None:
    """Counted and not timed: one hash at full cost and as many statements for everybody, on any machine."""
    for user in (cast.bob, cast.disabled, cast.expired):
        user.set_password(PASSWORD)
        User.objects.filter(pk=user.pk).update(password=user.password)
    spent = {}
    for name in ("bob", "nobody", "disabled", "expired"):
        hashed.clear()
        with CaptureQueriesContext(connection) as statements:
            assert sign_in(name, "a wrong password").status_code == 422
        spent[name] = (tuple(hashed), len(statements))
    full = Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism
    assert {hashes for hashes, _statements in spent.values()} == {(full,)}, spent
    assert len({statements for _hashes, statements in spent.values()}) == 1, spent


def test_guessing_ends_after_five_attempts_even_with_the_right_password(cast: Cast) -> None:
    with time_machine.travel(timezone.now().replace(hour=2, minute=0), tick=False) as clock:
        for _attempt in range(4):
            assert sign_in("bob", "wrong wrong wrong").status_code == 422
        locked = sign_in("bob", "wrong wrong wrong")
        assert locked.status_code == 429
        assert "10:15" in locked.content.decode()
        assert sign_in("bob").status_code == 429
        assert sign_in("alice").status_code == 302
        clock.shift(timedelta(minutes=14))
        assert sign_in("bob").status_code == 429
        clock.shift(timedelta(minutes=2))
        assert sign_in("bob").status_code == 302


def test_a_name_without_an_account_is_locked_alike(cast: Cast) -> None:
    known = [sign_in("bob", "wrong wrong wrong").status_code for _attempt in range(7)]
    unknown = [sign_in("nobody", "wrong wrong wrong").status_code for _attempt in range(7)]
    assert known == unknown == [422] * 4 + [429] * 3


def test_the_lock_holds_for_every_spelling_of_the_name(cast: Cast) -> None:
    for spelling in ("bob", "Bob", " BOB", "ｂｏｂ", "boB "):
        sign_in(spelling, "wrong wrong wrong")
    assert sign_in("bob").status_code == 429


def test_forwarded_headers_do_not_lift_the_lock(cast: Cast) -> None:
    for number in range(5):
        sign_in("bob", "wrong wrong wrong", browser=Client(headers={"X-Forwarded-For": f"10.0.0.{number}"}))
    assert sign_in("bob", browser=Client(headers={"X-Forwarded-For": "10.0.0.99"})).status_code == 429


@pytest.mark.slow
def test_ten_thousand_guesses_do_not_get_through(cast: Cast) -> None:
    """Every fiftieth comes through the form, the others by the one door that the form itself goes through."""
    browser = Client()
    answers, people = set(), set()
    for number in range(200):
        answers.add(sign_in("bob", f"guess number {number}", browser=browser).status_code)
        people |= {guess("bob", f"guess number {number} and {again}") for again in range(49)}
    assert answers == {422, 429}
    assert people == {guess("bob", PASSWORD)} == {None}
    assert sign_in("bob", browser=browser).status_code == 429


def guess(username: str, password: str) -> object:
    """Whom the password lets in, asked from the address of the form's requests."""
    return authenticate(RequestFactory().post("/login/"), username=username, password=password)


def test_signing_in_needs_the_forms_token(cast: Cast) -> None:
    assert sign_in("bob", browser=Client(enforce_csrf_checks=True)).status_code == 403


def test_passwords_are_stored_as_argon2() -> None:
    assert production.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
