"""What two people do at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from time import sleep

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.cast import Cast, actor
from zhike.accounts import people
from zhike.accounts.models import Department, User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.records import Row, save

pytestmark = [pytest.mark.write, pytest.mark.django_db(transaction=True)]


def at_once(*steps: Callable[[], object]) -> list[str]:
    """Run the steps in threads that start together; what each ended with."""
    together = Barrier(len(steps))
    results = [""] * len(steps)

    def run(index: int, step: Callable[[], object]) -> None:
        together.wait()
        try:
            step()
            results[index] = "done"
        except Invalid as refusal:
            results[index] = next(iter(refusal.problems.values()))[0].code
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_administrators_cannot_disable_each_other(cast: Cast) -> None:
    people.roles_set(cast.alice.pk, ["admin"], actor=SYSTEM)
    adam, alice = actor(cast.adam), actor(cast.alice)
    results = at_once(
        lambda: people.user_disable(cast.alice.pk, actor=adam),
        lambda: people.user_disable(cast.adam.pk, actor=alice),
    )
    assert sorted(results) == ["done", "last_administrator"]
    assert User.objects.filter(pk__in=[cast.adam.pk, cast.alice.pk], is_active=True).count() == 1


def test_two_moves_do_not_make_a_circle_of_departments(cast: Cast) -> None:
    def move(child: Department, parent: Department) -> None:
        result = save(registry.get("department"), [Row({"parent": parent.pk}, id=child.pk)], actor=SYSTEM)
        if not result.ok:
            raise Invalid(result.rows[0].problems)

    results = at_once(lambda: move(cast.first, cast.second), lambda: move(cast.second, cast.first))
    assert sorted(results) == ["circle", "done"]


@pytest.mark.parametrize("spellings", [["bob"], ["bob", "Bob", " BOB "]])
def test_guesses_sent_side_by_side_do_not_exceed_the_limit(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, spellings: list[str]
) -> None:
    looked_at: list[str] = []

    def slow_check(_user: User, password: str) -> bool:
        """As slow as Argon2 is, so that every guess has begun before the first one ends."""
        looked_at.append(password)
        sleep(0.3)
        return False

    def guess(number: int) -> None:
        """Each from another browser, which must not open another account of guesses."""
        form = {"username": spellings[number % len(spellings)], "password": f"guess {number}"}
        Client(headers={"User-Agent": f"browser {number}"}).post("/login/", form)

    monkeypatch.setattr(User, "check_password", slow_check)
    at_once(*(partial(guess, number) for number in range(12)))
    assert len(looked_at) == settings.AXES_FAILURE_LIMIT


def test_one_user_name_is_given_once(cast: Cast) -> None:
    results = at_once(*[lambda: people.user_create(username="twin", name="双", actor=SYSTEM)] * 4)
    assert results.count("done") == 1
    assert User.objects.filter(username="twin").count() == 1
