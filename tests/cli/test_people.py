"""Accounts and tokens are made from the command line, and a script can take the token from stdout."""

from __future__ import annotations

import pytest

from zhike.accounts.models import Token, User
from zhike.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def test_the_first_administrator_is_made_and_can_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["user", "create", "Li.Lei", "--name", "李雷", "--role", "admin", "--generate"]) == 0

    password = capsys.readouterr().out.splitlines()[-1].removeprefix("Password: ")
    user = User.objects.get(username="li.lei")
    assert user.check_password(password)
    assert (user.name, list(user.roles), user.must_change_password) == ("李雷", ["admin"], True)


def test_a_token_stands_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    main.main(["user", "create", "li.lei", "--role", "admin", "--generate"])
    capsys.readouterr()

    assert main.main(["token", "li.lei", "--scope", "*:read", "--days", "3"]) == 0

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    token = Token.objects.get()
    assert out.startswith(f"{token.prefix}_")
    assert token.scopes == ["*:read"]
    assert token.expires_at is not None


def test_the_last_administrator_stays(capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.update(is_active=False)
    main.main(["user", "create", "li.lei", "--role", "admin", "--generate"])

    assert main.main(["user", "disable", "li.lei"]) == 1
    assert User.objects.get(username="li.lei").is_active


def test_a_disabled_person_comes_back() -> None:
    main.main(["user", "create", "han.meimei", "--role", "admin", "--generate"])
    main.main(["user", "create", "li.lei", "--role", "sales", "--generate"])

    assert main.main(["user", "disable", "Li.Lei"]) == 0
    assert not User.objects.get(username="li.lei").is_active
    assert main.main(["user", "enable", "li.lei"]) == 0
    assert User.objects.get(username="li.lei").is_active


def test_a_weak_password_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: "abc\n", raising=False)

    assert main.main(["user", "create", "li.lei", "--password-stdin"]) == 1
    assert capsys.readouterr().err.startswith("password:")
    assert not User.objects.filter(username="li.lei").exists()
