"""What if a check of the pages were missing? The matrix must find every one.

This proves the matrix and not the database, so it is not asked of PostgreSQL once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cast import Cast, client
from tests.permissions.scene import build
from tests.permissions.test_api_sabotage import SABOTAGE
from tests.permissions.test_web_belongings import BY_NAME, settings_breaches, thing_breaches
from tests.permissions.web_matrix import breaches
from tests.permissions.web_settings import around
from zhike.metadata.actor import Actor
from zhike.web.records.subject import Subject
from zhike.web.views import batches, comments, jobs, saved_views

pytestmark = pytest.mark.django_db


def always(*_arguments: Any, **_options: Any) -> bool:
    return True


def any_job(job_id: int, _actor: Actor) -> Any:
    return jobs.Job.objects.get(pk=job_id)


def any_batch(batch_id: int, _actor: Actor) -> Any:
    return batches.Batch.objects.get(pk=batch_id)


def any_comment(_request: Any, _object_type: Any, _record_id: int, comment_id: int) -> Any:
    return comments.Comment.objects.get(pk=comment_id)


def any_view(_request: Any, _object_type: Any, view_id: int) -> Any:
    return saved_views.SavedView.objects.get(pk=view_id)


def records_found(cast: Cast, object_key: str = "customer") -> Iterator[str]:
    """Only the customer's contacts show a check of parents missing."""
    scenes = [(build(cast, object_key, cast.people()[role]), role) for role in ("sara", "mallory")]
    return (one for scene, role in scenes for one in breaches(scene, role, client(scene.user)))


def contacts_found(cast: Cast) -> Iterator[str]:
    return records_found(cast, "contact")


def settings_found(cast: Cast) -> Iterator[str]:
    yield from settings_breaches(around(cast), client(cast.bob), set(), "bob")


def things_found(name: str) -> Callable[[Cast], Iterator[str]]:
    def found(cast: Cast) -> Iterator[str]:
        for call in BY_NAME[name]:
            yield from thing_breaches(cast, call, "charlie")

    return found


CHECKS: dict[str, tuple[Any, str, Any, Callable[[Cast], Iterator[str]]]] = {
    **{
        f"kernel: {name}": (*found, contacts_found if name == "parents" else records_found)
        for name, found in SABOTAGE.items()
        if name != "own"
    },
    "action of a record": (Subject, "may", always, records_found),
    "privilege": (Actor, "has", always, settings_found),
    "batch": (batches, "own_batch", any_batch, things_found("batch")),
    "job": (jobs, "own_job", any_job, things_found("job")),
    "comment": (comments, "own_comment", any_comment, things_found("comment_edit")),
    "view": (saved_views, "own_view", any_view, things_found("view_rename")),
}


@pytest.mark.parametrize("what", sorted(CHECKS))
def test_a_missing_check_would_be_found(cast: Cast, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    owner, name, replacement, look = CHECKS[what]
    if look in (records_found, contacts_found):
        found = look(cast)
        monkeypatch.setattr(owner, name, replacement)
    else:
        monkeypatch.setattr(owner, name, replacement)
        found = look(cast)
    assert next(found, None) is not None
