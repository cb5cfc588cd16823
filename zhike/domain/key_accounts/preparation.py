"""What is completed on key accounts and needs before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.key_accounts.models import NeedClass
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

ENDS_BEFORE = Problem("ends_before", _("It cannot end before it begins."))
NOTHING_TO_REACH = Problem("nothing_to_reach", _("A target is more than nothing."))
NEXT_BEFORE = Problem("next_before", _("The next meeting is later than this one."))


def accounts_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """A key account is one since today, unless it says otherwise."""
    for index, row in enumerate(rows):
        if not merged(row, existing.get(index), "since"):
            row["since"] = timezone.localdate()
    return followers_prepare(rows, existing, actor)


def notes_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """A note is of today, unless it says otherwise."""
    for index, row in enumerate(rows):
        if not merged(row, existing.get(index), "noted_on"):
            row["noted_on"] = timezone.localdate()
    return followers_prepare(rows, existing, actor)


def needs_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """What is needed is called like its class, unless somebody says it more exactly."""
    wanted = {merged(row, existing.get(index), "need") for index, row in enumerate(rows)}
    names = dict(NeedClass.objects.filter(pk__in=wanted - {None}).values_list("pk", "name"))
    for index, row in enumerate(rows):
        if not merged(row, existing.get(index), "title"):
            row["title"] = names.get(merged(row, existing.get(index), "need"))
    return followers_prepare(rows, existing, actor)


def goals_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """A goal is above nothing and ends after it began."""
    found: Found = {}
    for index, row in enumerate(rows):
        stored = existing.get(index)
        starts, ends, target = (merged(row, stored, key) for key in ("starts_on", "ends_on", "target"))
        if starts is not None and ends is not None and ends < starts:
            found[index] = {"ends_on": ENDS_BEFORE}
        elif target is not None and target <= 0:
            found[index] = {"target": NOTHING_TO_REACH}
    followers_prepare(rows, existing, actor)
    return found


def meetings_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """The next meeting is later than this one."""
    found: Found = {}
    for index, row in enumerate(rows):
        held, following = (merged(row, existing.get(index), key) for key in ("held_on", "next_on"))
        if held is not None and following is not None and following <= held:
            found[index] = {"next_on": NEXT_BEFORE}
    followers_prepare(rows, existing, actor)
    return found
