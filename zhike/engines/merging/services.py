"""Merging any number of records into one, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.engines.bulk.written import batches_written
from zhike.engines.merging.choosing import Candidate, Choices, chosen_values
from zhike.engines.merging.links import reattach
from zhike.engines.merging.models import Merge, MergedRecord
from zhike.lib.enumeration import enumerated
from zhike.metadata import belongings, policy, records, timeline
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.records import Origin, Row, RowResult
from zhike.metadata.storage import storage
from zhike.metadata.timeline import AttachedSource
from zhike.metadata.undo import stored

SOURCE = timeline.attach(AttachedSource("merge", gettext_lazy("Merges"), "git-merge"))
#: More are merged in several steps: a page with more columns cannot be read.
MOST = 20

TOO_FEW = Problem("too_few", gettext_lazy("Choose at least two records to merge."))
TOO_MANY = Problem("too_many", gettext_lazy("At most 20 records can be merged at once."))
NOT_MERGEABLE = Problem("not_mergeable", gettext_lazy("Such records are not merged."))
UNKNOWN_CHOICE = Problem("unknown_choice", gettext_lazy("This value is of none of the records."))
STALE = Problem("stale", gettext_lazy("Somebody else changed one of the records in the meantime. Please look again."))


def records_merge(
    object_type: ObjectType,
    survivor: int,
    others: Sequence[int],
    *,
    actor: Actor,
    choices: Choices | None = None,
    versions: Mapping[int, int] | None = None,
    source: str = "web",
) -> Merge:
    """Merge ``others`` into ``survivor`` and put them into the bin; everything that hangs on them moves.

    ``choices`` say whose value a field takes where the proposal is not wanted; ``versions`` are those that the actor saw.
    Needs the right "merge" to each record. Raises Denied, NotFound or Invalid.
    """
    policy.require(actor, object_type, "merge")
    losers = sorted(set(others) - {survivor})
    _check_number(object_type, losers)
    # Whoever may merge may move what hangs on the records, even what they could not change one by one.
    acting = on_behalf(actor)
    with storage().write_transaction(), batches_written() as batches:
        candidates = locked(object_type, [survivor, *losers], actor=actor, versions=versions or {})
        _check_choices(candidates, choices or {})
        values = chosen_values(object_type, candidates, survivor, choices or {})
        titles = [(found.id, _title(object_type, found.values)) for found in candidates if found.id != survivor]
        label = _("Merge: %(titles)s") % {"titles": enumerated(title for _pk, title in titles)}
        origin = Origin(source=source, label=label[:200])
        _write(object_type, survivor, losers, values, candidates, acting, origin)
        reattach(object_type, losers, survivor, actor=acting, origin=origin)
        moved = belongings.move(object_type, losers, survivor)
        deleted = records.delete(object_type, losers, actor=acting, origin=origin)
        merge = Merge.objects.create(
            object_key=object_type.key,
            survivor_id=survivor,
            merged=titles,
            at=timezone.now(),
            actor_id=actor.user_id,
            batches=batches,
            moved=moved,
            deletion_id=deleted.deletion_id,
        )
        _lead_on(merge, losers)
        _note(object_type, merge, actor)
    return merge


def _check_number(object_type: ObjectType, losers: Sequence[int]) -> None:
    if object_type.identity is None:
        raise Invalid({"": [NOT_MERGEABLE]})
    if not losers:
        raise Invalid({"": [TOO_FEW]})
    if len(losers) >= MOST:
        raise Invalid({"": [TOO_MANY]})


def locked(
    object_type: ObjectType, ids: Sequence[int], *, actor: Actor, versions: Mapping[int, int]
) -> list[Candidate]:
    """The records, locked, in the order asked for. Raises NotFound for what the actor may not merge, Invalid for stale ones."""
    rows = policy.queryset_for(actor, object_type, "merge").filter(pk__in=list(ids))
    found = {
        pk: (version, updated_at)
        for pk, version, updated_at in rows.order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", "version", "updated_at")
    }
    for pk in ids:
        if pk not in found:
            raise NotFound(object_type.key, pk)
    if any(versions.get(pk, version) != version for pk, (version, _at) in found.items()):
        raise Invalid({"": [STALE]})
    values = stored(object_type, list(found))
    return [Candidate(pk, values[pk], found[pk][1]) for pk in ids]


def _check_choices(candidates: Sequence[Candidate], choices: Choices) -> None:
    ids = {candidate.id for candidate in candidates}
    wrong = [key for key, source in choices.items() if source != "all" and source not in ids]
    if wrong:
        raise Invalid({key: [UNKNOWN_CHOICE] for key in wrong})


def _write(
    object_type: ObjectType,
    survivor: int,
    losers: Sequence[int],
    values: Values,
    candidates: Sequence[Candidate],
    actor: Actor,
    origin: Origin,
) -> None:
    """The merged values; unique ones are taken off their record first, since the bin holds them too."""
    unique = [field.key for field in object_type.active_fields if field.unique and values.get(field.key) is not None]
    given_up = [
        Row(dict.fromkeys(taken), id=candidate.id)
        for candidate in candidates
        if candidate.id in losers and (taken := [key for key in unique if candidate.values.get(key) == values[key]])
    ]
    if given_up:
        _done(records.save(object_type, given_up, actor=actor, origin=origin).rows)
    before = next(candidate.values for candidate in candidates if candidate.id == survivor)
    changed = {key: value for key, value in values.items() if value != before.get(key)}
    if changed:
        raw = {key: json_value(object_type, key, value) for key, value in changed.items()}
        _done(records.save(object_type, [Row(raw, id=survivor)], actor=actor, origin=origin).rows)


def json_value(object_type: ObjectType, key: str, value: Any) -> Any:
    """A plain value as the write path takes it."""
    field = object_type.field(key)
    return None if value is None else field.type.to_json(value, field)


def _done(rows: Sequence[RowResult]) -> None:
    for row in rows:
        if row.problems:
            raise Invalid(row.problems)


def _title(object_type: ObjectType, values: Values) -> str:
    return str(values.get(object_type.title) or "")


def _lead_on(merge: Merge, losers: Sequence[int]) -> None:
    """Let old numbers lead to the record that stays, those of earlier merges too."""
    MergedRecord.objects.bulk_create(
        MergedRecord(object_key=merge.object_key, record_id=pk, survivor_id=merge.survivor_id, merge=merge)
        for pk in losers
    )


def _note(object_type: ObjectType, merge: Merge, actor: Actor) -> None:
    titles = enumerated(title for _pk, title in merge.merged)
    timeline.note(
        SOURCE.key,
        merge.pk,
        (object_type.key, merge.survivor_id),
        at=merge.at,
        actor_id=actor.user_id,
        title=_("Merged with: %(titles)s") % {"titles": titles},
    )


def survivor_of(object_key: str, record_id: int) -> int | None:
    """The record that a merged one is now, over several merges; None for one that was not merged."""
    found: int | None = None
    seen: set[int] = set()
    while record_id not in seen:
        seen.add(record_id)
        rows = MergedRecord.objects.filter(object_key=object_key, record_id=record_id)
        following = rows.values_list("survivor_id", flat=True).first()
        if following is None:
            break
        found = record_id = following
    return found
