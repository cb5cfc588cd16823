"""What is completed on key accounts and needs before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.key_accounts.models import NeedClass
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import Values


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
