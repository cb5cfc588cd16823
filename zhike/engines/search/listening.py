"""Keeps the index in step with every write: small ones in their transaction, large ones from the change log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from zhike.engines.search.models import SearchBacklog
from zhike.engines.search.vocabulary import search_fields
from zhike.engines.search.writing import remove_documents, write_documents
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.changes import consumer
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.records import WriteEvent, after_write
from zhike.metadata.storage import storage
from zhike.metadata.team import after_team_change

CONSUMER = "search"
#: Up to this many documents are written in the transaction of the write itself.
AT_ONCE = 50
#: Whose a record is.
SCOPE_KEYS = frozenset({"owner", "department"})
TEAM_JOB = "search.team"
KEEP_BACKLOG = timedelta(days=1)


@after_write
def follow_write(event: WriteEvent) -> None:
    """Index what was written, now or, if it is much, from the change log."""
    object_type = event.object_type
    if event.deleted or event.purged:
        remove_documents(object_type, [*event.deleted, *event.purged])
    changed = event.updated if _concerns(object_type, event.changed_keys) else ()
    ids = [*event.created, *changed, *event.restored]
    followers = event.updated if SCOPE_KEYS & event.changed_keys else ()
    if len(ids) > AT_ONCE or len(followers) > AT_ONCE:
        _postpone(event)
        return
    followed = [(child, children) for child, children in _followers(object_type, followers) if children]
    if len(ids) + sum(len(children) for _, children in followed) > AT_ONCE:
        _postpone(event)
        return
    for found, listed in [(object_type, ids), *followed]:
        if listed:
            write_documents(found, listed)


def _concerns(object_type: ObjectType, changed_keys: Iterable[str]) -> bool:
    """Whether such a change alters documents."""
    own = {field.key for field in search_fields(object_type)}
    return not (own | SCOPE_KEYS | {object_type.scope_from}).isdisjoint(changed_keys)


def _postpone(event: WriteEvent) -> None:
    SearchBacklog.objects.get_or_create(batch_id=event.batch_id, object_key=event.object_type.key)


def _followers(parent: ObjectType, ids: Sequence[int]) -> Iterator[tuple[ObjectType, list[int]]]:
    """Records that are seen by who sees these, of every type that follows, down to the last."""
    if not ids:
        return
    for child in registry.all_types():
        if not child.search or not child.scope_from:
            continue
        link = child.field(child.scope_from)
        if link.options.get("target") != parent.key:
            continue
        rows = policy.every_record(child).filter(**{f"{link.column}__in": list(ids)}, deletion__isnull=True)
        found = list(rows.values_list("pk", flat=True))
        yield child, found
        yield from _followers(child, found)


@after_team_change
def follow_team(object_type: ObjectType, record_id: int) -> None:
    """Let new members find the record and what follows it, and former ones no longer; much of it by a job."""
    followers = sum(len(children) for _, children in _followers(object_type, [record_id]))
    if followers >= AT_ONCE:
        write_documents(object_type, [record_id])
        enqueue(TEAM_JOB, {"object_key": object_type.key, "id": record_id})
        return
    _write_with_followers(object_type, [record_id])


@job(TEAM_JOB)
def run_team(run: JobRun) -> None:
    """Write the documents of what follows a record whose team has changed."""
    with storage().write_transaction():
        _write_with_followers(registry.get(run.params["object_key"]), [run.params["id"]])


def _write_with_followers(object_type: ObjectType, ids: Sequence[int]) -> None:
    write_documents(object_type, ids)
    for child, children in _followers(object_type, ids):
        write_documents(child, children)


@consumer(CONSUMER)
def index_changes(changes: Sequence[Change]) -> None:
    """Index the changes that were too many for their own transaction."""
    batches = {change.batch_id for change in changes}
    late = set(SearchBacklog.objects.filter(batch_id__in=batches).values_list("batch_id", "object_key"))
    touched: dict[str, list[int]] = {}
    moved: dict[str, list[int]] = {}
    for change in changes:
        if (change.batch_id, change.object_key) not in late:
            continue
        touched.setdefault(change.object_key, []).append(change.record_id)
        if SCOPE_KEYS & set(change.values or ()):
            moved.setdefault(change.object_key, []).append(change.record_id)
    for key, ids in touched.items():
        try:
            object_type = registry.get(key)
        except UnknownObject:
            # A custom object that was retired since; its documents go with the next rebuild.
            continue
        write_documents(object_type, ids)
        for child, found in _followers(object_type, moved.get(key, ())):
            write_documents(child, found)


def backlog_size() -> int:
    """Changes that are still to be indexed, for progress and ``doctor``."""
    batches = SearchBacklog.objects.values("batch_id")
    return Change.objects.filter(_unread(), batch_id__in=batches).count()


def _unread() -> Q:
    position = ConsumerPosition.objects.filter(name=CONSUMER).values_list("seq", flat=True).first() or 0
    return Q(seq__isnull=True) | Q(seq__gt=position)


@scheduled("search.tidy", daily_at="03:40")
def tidy_backlog() -> None:
    """Forget large writes whose changes have all been read."""
    unread = Change.objects.filter(_unread(), batch_id=OuterRef("batch_id"))
    old = SearchBacklog.objects.filter(at__lt=timezone.now() - KEEP_BACKLOG)
    old.filter(~Exists(unread)).delete()
