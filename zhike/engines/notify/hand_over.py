"""Tells people of records that somebody else gave them, once a batch when there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from zhike.metadata import changes, notices, policy, registry
from zhike.metadata.models import Batch, Change
from zhike.metadata.notices import Notice, NoticeKind

#: A batch that gives one person more records than this sends one notice for all of them.
MOST_SINGLE = 3

ASSIGNED = notices.register(
    NoticeKind(
        "assigned", _("A record or task is given to me"), _("%(actor)s gave you “%(title)s”."), icon="user-share"
    )
)
ASSIGNED_MANY = notices.register(
    NoticeKind(
        "assigned_many",
        _("Many records are given to me at once"),
        _("%(actor)s gave you many records at once, among them “%(title)s”."),
        icon="user-share",
    )
)

#: (batch, new owner, who did it, object key) → ids of the records.
Gifts = dict[tuple[int, int, int, str], list[int]]


@changes.consumer("notify.hand_over", prompt=True)
def hand_over(sealed: Sequence[Change]) -> None:
    """Send the notices of sealed changes in which somebody became the owner by another person's hand."""
    gifts: Gifts = {}
    owners = owners_of_new(sealed)
    quiet = quiet_batches(sealed)
    for change in sealed:
        if change.batch_id in quiet:
            continue
        owner = new_owner(change, owners)
        if owner is not None and change.actor_id is not None and owner != change.actor_id:
            key = (change.batch_id, owner, change.actor_id, change.object_key)
            gifts.setdefault(key, []).append(change.record_id)
    notices.send([notice for key, ids in gifts.items() for notice in gift_notices(key, ids)])


def quiet_batches(sealed: Sequence[Change]) -> set[int]:
    """Batches of services that tell people themselves; one query, where there are such services."""
    if not notices.quiet_sources:
        return set()
    rows = Batch.objects.filter(pk__in={change.batch_id for change in sealed}, source__in=notices.quiet_sources)
    return set(rows.values_list("pk", flat=True))


def owners_of_new(sealed: Sequence[Change]) -> Mapping[tuple[str, int], int | None]:
    """Owners of the records that were created, one query an object type; a create logs no values."""
    created: dict[str, list[int]] = {}
    for change in sealed:
        if change.action == Change.Action.CREATE:
            created.setdefault(change.object_key, []).append(change.record_id)
    found: dict[tuple[str, int], int | None] = {}
    for key, ids in created.items():
        if key in registry.catalogue() and "owner" in registry.get(key).fields:
            rows = policy.every_record(registry.get(key)).filter(pk__in=ids, deletion__isnull=True)
            found.update({(key, pk): owner for pk, owner in rows.values_list("pk", "owner_id")})
    return found


def new_owner(change: Change, owners: Mapping[tuple[str, int], int | None]) -> int | None:
    """Who became the owner by this change, if anybody did."""
    if change.action == Change.Action.CREATE:
        return owners.get((change.object_key, change.record_id))
    if change.action == Change.Action.UPDATE and change.values and "owner" in change.values:
        owner = change.values["owner"][1]
        return owner if isinstance(owner, int) else None
    return None


def gift_notices(key: tuple[int, int, int, str], ids: Sequence[int]) -> list[Notice]:
    batch_id, owner, giver, object_key = key
    if len(ids) > MOST_SINGLE:
        # The key has no number: a batch of thousands reaches the consumer in several parts.
        once = f"assigned:{batch_id}:{object_key}"
        return [Notice(ASSIGNED_MANY.key, (owner,), object_key, ids[0], actor_id=giver, once=once)]
    return [
        Notice(ASSIGNED.key, (owner,), object_key, pk, actor_id=giver, once=f"assigned:{batch_id}:{object_key}:{pk}")
        for pk in ids
    ]
