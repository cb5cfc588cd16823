"""Runs the matrix over the pages and tells every breach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.permissions.digest import differences, digest
from tests.permissions.expected import EXPECTED, MAY_WRITE_DOWN
from tests.permissions.scene import RELATIONS, Scene
from tests.permissions.web_calls import RECORD_CALLS, TYPE_CALLS, WebCall
from tests.permissions.writes import noted_writes


class _Undo(Exception):
    """Takes a call's effect back, so that the next one finds the same scene."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A call on a record of one relation, or on none, and what the oracle says of it."""

    call: WebCall
    relation: str
    is_deleted: bool
    pk: int | None
    #: The role has the action for some records.
    has_action: bool
    #: The record can be seen where it is.
    is_seen: bool
    permits: bool

    def __str__(self) -> str:
        where = f" on {'deleted ' if self.is_deleted else ''}{self.relation}" if self.relation else ""
        return f"{self.call.method} {self.call.name}{where}"


def cells(scene: Scene, role: str) -> Iterator[Cell]:
    """Every call of the object type × relation × live or deleted, and every call without a record."""
    key = scene.object_type.key
    allowed = EXPECTED[key][role]
    for call in RECORD_CALLS:
        if key not in call.objects:
            continue
        has_action = call.action in allowed and (not call.writes_down or role in MAY_WRITE_DOWN)
        for relation in RELATIONS:
            for is_deleted in (False, True):
                reached = relation in allowed.get(call.action, ())
                yield Cell(
                    call,
                    relation,
                    is_deleted,
                    scene.ids[relation, is_deleted],
                    has_action,
                    is_seen=relation in allowed.get("view", ()) and not is_deleted,
                    permits=has_action and reached and is_deleted is call.deleted,
                )
    for call in TYPE_CALLS:
        if key in call.objects:
            may = {"view", call.action} <= set(allowed)
            yield Cell(call, "", False, None, may, is_seen=may, permits=may)


def ask(browser: Client, cell: Cell, scene: Scene, **headers: str) -> HttpResponse:
    url = cell.call.url(scene, cell.pk)
    if cell.call.method == "GET":
        return browser.get(url, headers=headers)
    data = cell.call.form(scene, cell.pk or 0) if cell.call.form is not None else {}
    return browser.post(url, data, headers=headers)


def breaches(scene: Scene, role: str, browser: Client) -> Iterator[str]:
    """What the matrix finds wrong for one actor and object.

    Tables are compared where a statement wrote to one at all; pages that are only read must write nothing either.
    """
    allowed = EXPECTED[scene.object_type.key][role]
    before = digest()
    for cell in cells(scene, role):
        changed: list[str] = []
        try:
            with transaction.atomic():
                with noted_writes() as written:
                    answer = ask(browser, cell, scene)
                wrong = judge(cell, answer, allowed)
                if cell.permits and cell.call.method == "POST":
                    wrong = wrong or ("" if written else "permitted, but wrote nothing")
                elif written:
                    changed = differences(before)
                raise _Undo
        except _Undo:
            pass
        if wrong:
            yield f"{role}: {cell}: {wrong}"
        if changed:
            yield f"{role}: {cell}: denied or only read, but changed {', '.join(changed)}"


def judge(cell: Cell, answer: HttpResponse, allowed: Mapping[str, frozenset[str]]) -> str:
    """What is wrong with the answer; "" if nothing is."""
    status = answer.status_code
    wanted: set[int]
    if cell.permits:
        wanted = {cell.call.status}
    elif "view" not in allowed:
        wanted = {403}
    elif cell.call.inside:
        wanted = {200, 204, 422} if cell.has_action else {403}
    elif cell.call.tells_gone and cell.is_deleted and cell.relation in allowed["view"]:
        wanted = {410}
    elif not cell.has_action:
        # A right that is missing for all records may be said before the record is looked for.
        wanted = {403, 404}
    else:
        wanted = {403} if cell.is_seen and not cell.call.deleted else {404}
    if status in wanted:
        return ""
    return f"answered {status} instead of {', '.join(map(str, sorted(wanted)))}: {answer.content[:300]!r}"
