"""Finding records that are the same as given ones: what somebody is typing, or the rows of a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from zhike.engines.duplicates.blocking import LARGEST_BLOCK, keys, mail_key
from zhike.engines.duplicates.models import DuplicateKey
from zhike.engines.duplicates.reading import traits_by_id, traits_from
from zhike.engines.duplicates.scoring import Match, compare
from zhike.engines.duplicates.traits import Traits
from zhike.lib.normalise import normalised
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType

#: Most hits that are of use to somebody who types.
MOST_HITS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A record that is the same as what was given, and why."""

    record_id: int
    match: Match


def duplicates_of(
    object_type: ObjectType,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    besides: Collection[int] = (),
    limit: int = MOST_HITS,
) -> list[Found]:
    """The best matches of plain values by field key, in the whole base; what of a match may be shown is for the caller.

    Fields that the actor does not see in full prove nothing, for that would tell what they hold.
    """
    known = {
        key: value
        for key, value in values.items()
        if key in object_type.fields and policy.comparable(actor, object_type, object_type.fields[key])
    }
    traits = traits_from(object_type, known)
    if traits is None:
        return []
    ids = sharing(object_type, keys(traits)) - set(besides)
    others = traits_by_id(object_type, ids)
    return _best(traits, others)[:limit]


def _best(traits: Traits, others: Mapping[int, Traits]) -> list[Found]:
    compared = ((pk, compare(traits, other)) for pk, other in others.items())
    found = [Found(pk, match) for pk, match in compared if match is not None]
    return sorted(found, key=lambda hit: (-hit.match.score, hit.record_id))


def sharing(object_type: ObjectType, given: Collection[int]) -> set[int]:
    """Records that share a key, those of overlarge blocks left out; one short range of the index a key."""
    found: set[int] = set()
    for key in given:
        block = DuplicateKey.objects.filter(object_key=object_type.key, key=key).order_by("record_id")
        ids = list(block.values_list("record_id", flat=True)[: LARGEST_BLOCK + 1])
        if len(ids) <= LARGEST_BLOCK:
            found.update(ids)
    return found


def ids_with_mail(object_type: ObjectType, address: str) -> list[int]:
    """Live records of whose identity the mail address is part, whoever sees them; by index, the largest block too."""
    rows = DuplicateKey.objects.filter(object_key=object_type.key, key=mail_key(normalised(address)))
    return list(rows.order_by("record_id").values_list("record_id", flat=True).distinct())


def duplicates_of_many(
    object_type: ObjectType, given: Sequence[Mapping[str, Any]], *, actor: Actor
) -> list[list[Found]]:
    """The matches of each of many records, in three queries whatever their number."""
    known = [
        {key: value for key, value in values.items() if policy.comparable(actor, object_type, object_type.fields[key])}
        for values in given
    ]
    read = [traits_from(object_type, values) for values in known]
    wanted = [keys(traits) if traits else frozenset() for traits in read]
    blocks = blocks_of(object_type, frozenset().union(*wanted))
    ids = [set().union(*(blocks.get(key, ()) for key in listed)) for listed in wanted]
    others = traits_by_id(object_type, set().union(*ids))
    return [
        _best(traits, {pk: others[pk] for pk in listed if pk in others}) if traits else []
        for traits, listed in zip(read, ids, strict=True)
    ]


def blocks_of(object_type: ObjectType, given: Collection[int]) -> dict[int, list[int]]:
    """Records by each of these keys, those of overlarge blocks left out; two queries."""
    rows = DuplicateKey.objects.filter(object_key=object_type.key, key__in=list(given))
    small = rows.values("key").annotate(size=Count("id")).filter(size__lte=LARGEST_BLOCK).values_list("key", flat=True)
    found: dict[int, list[int]] = defaultdict(list)
    for key, pk in rows.filter(key__in=list(small)).values_list("key", "record_id"):
        found[key].append(pk)
    return found
