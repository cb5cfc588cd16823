"""A form with a key is carried out once."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor
from zhike.engines.submissions.models import Submission
from zhike.engines.submissions.services import new_key, once
from zhike.metadata.errors import Invalid

pytestmark = pytest.mark.write


def test_the_second_time_gives_the_first_result(cast: Cast) -> None:
    done: list[int] = []
    key = new_key()

    def work() -> int:
        done.append(1)
        return len(done)

    assert [once(key, work, actor=actor(cast.bob)) for _turn in range(3)] == [1, 1, 1]
    assert done == [1]


def test_keys_of_different_people_have_nothing_to_do_with_each_other(cast: Cast) -> None:
    assert once("key", lambda: "bob", actor=actor(cast.bob)) == "bob"
    assert once("key", lambda: "alice", actor=actor(cast.alice)) == "alice"


def test_what_was_refused_may_be_sent_again(cast: Cast) -> None:
    def refuse() -> None:
        raise Invalid({})

    with pytest.raises(Invalid):
        once("key", refuse, actor=actor(cast.bob))

    assert once("key", lambda: "done", actor=actor(cast.bob)) == "done"
    assert Submission.objects.count() == 1
