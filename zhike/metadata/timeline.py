"""The one timeline: what happened with a record, written in the transaction of what it tells of, read as a range."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.columns import converter
from zhike.metadata.fields.base import Label
from zhike.metadata.kept import kept_for
from zhike.metadata.models import TimelineEntry
from zhike.metadata.object_type import ObjectType, TimelineSource, Values
from zhike.metadata.prepared import NO_RECORD, PreparedValues
from zhike.metadata.storage import storage

COLUMNS = ("subject_key", "subject_id", "at", "source_key", "source_id", "kind", "actor_id", "title", "body", "details")
TITLE_LENGTH = 20_000


def _nothing_shut(_actor: Actor, _subject: ObjectType, _record_id: int) -> None:
    """Whoever sees the record sees the entries."""


@dataclass(frozen=True, slots=True)
class AttachedSource:
    """Entries that hang on a record itself and are seen by whoever sees it, such as comments and files."""

    key: str
    label: Label
    icon: str
    #: Ids of a record's entries that the actor may not see even so; None when there are none.
    shut: Callable[[Actor, ObjectType, int], QuerySet[Any] | None] = _nothing_shut


_attached: dict[str, AttachedSource] = {}


def attach(source: AttachedSource) -> AttachedSource:
    """Register a source whose entries ``note`` writes; object types register theirs by ``ObjectType.timeline``."""
    if source.key in _attached:
        raise ValueError(f"timeline source {source.key!r} is registered already")
    _attached[source.key] = source
    return source


def attached(key: str) -> AttachedSource | None:
    """The attached source with this key, if it is one."""
    return _attached.get(key)


def attached_keys() -> list[str]:
    """Keys of all attached sources."""
    return sorted(_attached)


def detach(key: str) -> None:
    """Take an attached source out again (an app that is switched off)."""
    _attached.pop(key, None)


def sources_for(actor: Actor, subject: ObjectType) -> list[AttachedSource]:
    """What the timeline of the subject's records may hold, as far as the actor may see it."""
    found = [
        AttachedSource(source.key, source.label_plural, source.icon)
        for source in registry.all_types()
        if source.timeline is not None
        and source.field(source.timeline.subject).options.get("target") == subject.key
        and policy.may(actor, source, "view")
    ]
    return [*found, *_attached.values()]


def note(
    source_key: str,
    source_id: int,
    subject: tuple[str, int],
    *,
    at: datetime,
    actor_id: int | None,
    kind: str = "",
    title: str = "",
    body: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Write the entry of an attached source, or write it anew; ``subject`` is (object key, record id)."""
    TimelineEntry.objects.update_or_create(
        source_key=_attached[source_key].key,
        source_id=source_id,
        subject_key=subject[0],
        defaults={
            "subject_id": subject[1],
            "at": at,
            "actor_id": actor_id,
            "kind": kind,
            "title": title[:TITLE_LENGTH],
            "body": body,
            "details": details,
        },
    )


def forget(source_key: str, ids: Collection[int]) -> None:
    """Take away entries of an attached source."""
    TimelineEntry.objects.filter(source_key=source_key, source_id__in=list(ids)).delete()


def source_fields(source: TimelineSource) -> frozenset[str]:
    """Fields whose change makes the entry stale."""
    named = (source.subject, source.at, source.title, source.kind, source.body, *source.more)
    return frozenset(key for key in named if key)


def write(object_type: ObjectType, records: Mapping[int, Values], *, actor_id: int | None, new: bool) -> None:
    """Write the entries of records given with all their plain values; old ones are replaced unless ``new``."""
    source = object_type.timeline
    if source is None or not records:
        return
    if not new:
        remove(object_type, records)
    storage().insert_rows(TimelineEntry._meta.db_table, COLUMNS, _rows(object_type, source, records, actor_id))


def _rows(
    object_type: ObjectType, source: TimelineSource, records: Mapping[int, Values], actor_id: int | None
) -> list[tuple[Any, ...]]:
    """Database values of the entries; a record that belongs to nothing, or to no moment, has none."""
    adapt_at, adapt_details = (converter(TimelineEntry._meta.get_field(name)) for name in ("at", "details"))
    subject_key = object_type.field(source.subject).options["target"]
    more = [object_type.field(key) for key in source.more]
    rows = []
    for pk, values in records.items():
        get = values.get
        subject_id, at = get(source.subject), get(source.at)
        if subject_id is None or at is None:
            continue
        details = {field.key: field.type.to_json(get(field.key), field) for field in more if get(field.key) is not None}
        rows.append(
            (
                subject_key,
                subject_id,
                adapt_at(moment_of(at)),
                object_type.key,
                pk,
                (get(source.kind) or "") if source.kind else "",
                get("owner") or actor_id,
                str(get(source.title) or "")[:TITLE_LENGTH],
                (get(source.body) or "") if source.body else "",
                adapt_details(details or None),
            )
        )
    return rows


def moment_of(at: date | datetime) -> datetime:
    """Where a day stands among moments: at its first one in the server's zone."""
    return at if isinstance(at, datetime) else timezone.make_aware(datetime.combine(at, time.min))


def remove(object_type: ObjectType, ids: Collection[int]) -> None:
    """Take away the entries of deleted records; restoring writes them again."""
    if object_type.timeline is not None:
        TimelineEntry.objects.filter(source_key=object_type.key, source_id__in=list(ids)).delete()


def entries_for(
    actor: Actor,
    object_type: ObjectType,
    record_id: int,
    *,
    before: tuple[datetime, int] | None = None,
    kinds: Sequence[str] = (),
    sources: Sequence[str] = (),
    people: Sequence[int] = (),
    text: str = "",
    limit: int = 30,
) -> list[TimelineEntry]:
    """Entries of a record that the actor sees already, newest first; ``before`` is (at, id) of the last one shown.

    The rights to each source are part of the query; what a source hides from the actor (its title, body or further fields) is
    blanked here and not searched.
    """
    if before is None and not (kinds or sources or people or text):
        found = _newest(actor, object_type, limit).models(TimelineEntry, record_id)
        for entry in found:
            _blank(actor, entry)
        return found
    rows = _entries(actor, object_type, record_id)
    if before is not None:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], id__lt=before[1]))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if sources:
        rows = rows.filter(source_key__in=sources)
    if people:
        rows = rows.filter(actor_id__in=people)
    if text:
        rows = _search(actor, rows, text)
    found = list(rows.order_by("-at", "-id")[:limit])
    for entry in found:
        _blank(actor, entry)
    return found


def _entries(actor: Actor, subject: ObjectType, record_id: int) -> QuerySet[TimelineEntry]:
    rows = TimelineEntry.objects.filter(_visible(actor, subject, record_id))
    return rows.filter(subject_key=subject.key, subject_id=record_id)


def _newest(actor: Actor, subject: ObjectType, limit: int) -> PreparedValues[int]:
    """The question that every page of a record asks; rights and catalogue alone decide what it says."""

    def prepared() -> PreparedValues[int]:
        rows = _entries(actor, subject, NO_RECORD).order_by("-at", "-id")[:limit]
        return PreparedValues(rows.values(), place=NO_RECORD)

    return kept_for(actor, subject, ("newest", limit, *_attached), prepared)


def _visible(actor: Actor, subject: ObjectType, record_id: int) -> Q:
    """Entries whose source the actor may see; sources that follow the subject need no look at their rows."""
    condition = Q(source_key__in=sorted(_attached))
    for key, found in _attached.items():
        if (shut := found.shut(actor, subject, record_id)) is not None:
            condition &= ~Q(source_key=key, source_id__in=shut)
    for source in registry.all_types():
        if source.timeline is None or not policy.may(actor, source, "view"):
            continue
        clause = Q(source_key=source.key)
        follows = source.scope_from and source.field(source.scope_from).options.get("target") == subject.key
        if not (follows and source.scope_from == source.timeline.subject):
            rights = policy.scope_condition(actor, source, "view")
            if rights is not None:
                seen = policy.every_record(source).filter(rights, **{source.timeline.subject: record_id})
                clause &= Q(source_id__in=seen.values("pk"))
        condition |= clause
    return condition


def _hidden(actor: Actor, source: ObjectType, key: str | None) -> bool:
    return key is not None and policy.access(actor, source, source.field(key)) < FieldAccess.READ_ONLY


def _search(actor: Actor, rows: QuerySet[TimelineEntry], text: str) -> QuerySet[TimelineEntry]:
    condition = Q(source_key__in=sorted(_attached)) & (Q(title__icontains=text) | Q(body__icontains=text))
    for source in registry.all_types():
        if source.timeline is None:
            continue
        parts = [("title", source.timeline.title), ("body", source.timeline.body)]
        for column, key in parts:
            if key is not None and not _hidden(actor, source, key):
                condition |= Q(source_key=source.key, **{f"{column}__icontains": text})
    return rows.filter(condition)


def _blank(actor: Actor, entry: TimelineEntry) -> None:
    if entry.source_key in _attached:
        return
    source = registry.get(entry.source_key)
    if source.timeline is None:
        return
    if _hidden(actor, source, source.timeline.title):
        entry.title = ""
    if _hidden(actor, source, source.timeline.body):
        entry.body = ""
    if _hidden(actor, source, source.timeline.kind):
        entry.kind = ""
    entry.details = {
        key: value
        for key, value in (entry.details or {}).items()
        if key in source.fields and not _hidden(actor, source, key)
    }
