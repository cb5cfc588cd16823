"""Runs the matrix and tells every breach, so that a test can also show that a missing check would be found."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.permissions.api_calls import RECORD_CALLS, RecordCall
from tests.permissions.digest import differences, digest
from tests.permissions.expected import EXPECTED
from tests.permissions.scene import RELATIONS, Scene
from tests.permissions.writes import noted_writes


class _Undo(Exception):
    """Takes a call's effect back, so that the next one finds the same scene."""


def ask(call: RecordCall, scene: Scene, pk: int, secret: str | None) -> HttpResponse:
    """Make the call; without a secret as a visitor."""
    headers = {"If-Match": "*"} if call.method == "PATCH" else {}
    if secret is not None:
        headers["Authorization"] = f"Bearer {secret}"
    data = b"" if call.body is None else orjson.dumps(call.body(scene, pk))
    url = f"/api/v1{call.url(scene, pk)}"
    return Client().generic(call.method, url, data, content_type="application/json", headers=headers)


def cells(scene: Scene) -> Iterator[tuple[RecordCall, str, bool, int]]:
    """Every call × relation × live or deleted."""
    for call in RECORD_CALLS:
        if scene.object_type.key in call.objects:
            for relation in RELATIONS:
                for is_deleted in (False, True):
                    yield call, relation, is_deleted, scene.ids[relation, is_deleted]


def breaches(scene: Scene, role: str, secret: str | None) -> Iterator[str]:
    """What the matrix finds wrong for one actor and object; tables are compared where anything was written at all."""
    allowed = EXPECTED[scene.object_type.key].get(role)
    before = digest()
    for call, relation, is_deleted, pk in cells(scene):
        try:
            with transaction.atomic():
                with noted_writes() as written:
                    answer = ask(call, scene, pk, secret)
                has_action = allowed is not None and {call.action, *call.also} <= set(allowed)
                permits = has_action and relation in (allowed or {})[call.action] and is_deleted is call.deleted
                wrong = _judge(
                    call,
                    answer,
                    permits,
                    has_action=has_action,
                    visitor=allowed is None,
                )
                changed = differences(before) if written and not permits else []
                raise _Undo
        except _Undo:
            pass
        cell = f"{role}: {call.method} {call.path} on {'deleted ' if is_deleted else ''}{relation}"
        if wrong:
            yield f"{cell}: {wrong}"
        if changed:
            yield f"{cell}: denied, but changed {', '.join(changed)}"


def _judge(call: RecordCall, answer: HttpResponse, permits: bool, *, has_action: bool, visitor: bool) -> str:
    status = answer.status_code
    if visitor:
        return "" if status == 401 else f"answered {status} instead of 401"
    if permits:
        return "" if status < 300 and _went_through(call, answer) else f"answered {status}: {answer.content[:200]!r}"
    if not has_action:
        return "" if status == 403 else f"answered {status} instead of 403"
    if call.inside:
        return "" if status == 200 and not _went_through(call, answer) else f"answered {status} and did it"
    return "" if status == 404 or (status == 403 and _is_visible_only(call)) else f"answered {status} instead of 404"


def _is_visible_only(call: RecordCall) -> bool:
    """A record that may be seen but not changed may say so."""
    return call.action == "edit"


def _went_through(call: RecordCall, answer: HttpResponse) -> bool:
    if not call.inside:
        return True
    return all(row["action"] != "refused" for row in orjson.loads(answer.content)["results"])
