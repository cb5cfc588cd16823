"""Tells followers of what others did with a record: once a batch, and only of what they may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from zhike.accounts.actors import actor_for_id
from zhike.engines.following.models import Following
from zhike.metadata import belongings, changes, notices, policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.models import Change
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.object_type import ObjectType
from zhike.metadata.writes import WriteEvent, after_write

belongings.register(belongings.Belonging("followers", Following, once=("user_id",)))

CHANGED = notices.register(
    NoticeKind(
        "followed",
        _("A record that I follow changes"),
        _("%(actor)s changed “%(title)s”, which you follow."),
        icon="bell",
    )
)
MANY = notices.register(
    NoticeKind(
        "followed_many",
        _("Several records that I follow change at once"),
        _("%(actor)s changed several records that you follow, among them “%(title)s”."),
        icon="bell",
    )
)
NEWS = notices.register(
    NoticeKind(
        "followed_news",
        _("Something is written down with a record that I follow"),
        _("%(actor)s wrote something down with “%(title)s”, which you follow."),
        icon="bell",
    )
)

#: Edits of one record by one person in a row make one notice.
GATHERED = timedelta(minutes=10)
#: What followers hear of; a deleted record is out of their sight, and what comes back has not changed.
HEARD = frozenset((Change.Action.UPDATE, Change.Action.CREATE))


@dataclass(frozen=True, slots=True)
class _News:
    """A change that concerns a record which may be followed: the record's own, or of one on its timeline."""

    change: Change
    subject: tuple[str, int]

    @property
    def is_own(self) -> bool:
        return self.subject == (self.change.object_key, self.change.record_id)


@changes.consumer("following")
def tell_followers(sealed: Sequence[Change]) -> None:
    """Send the notices of sealed changes by people."""
    heard = [change for change in sealed if change.action in HEARD and change.actor_id is not None]
    found = [*own_news(heard), *timeline_news(heard)]
    followers = followers_of({news.subject for news in found})
    told: dict[tuple[int, int], list[_News]] = {}
    for news in found:
        for user_id in followers.get(news.subject, ()):
            if user_id != news.change.actor_id:
                told.setdefault((user_id, news.change.batch_id), []).append(news)
    notices.send([notice for (user_id, _batch), all_news in told.items() for notice in notices_for(user_id, all_news)])


def own_news(heard: Iterable[Change]) -> Iterable[_News]:
    """Changes of records themselves; nobody follows one before it exists."""
    for change in heard:
        if change.action == Change.Action.UPDATE and change.object_key in registry.catalogue():
            yield _News(change, (change.object_key, change.record_id))


def timeline_news(heard: Iterable[Change]) -> Iterable[_News]:
    """New records that stand on the timeline of another one, such as a call; one query an object type."""
    created: dict[str, dict[int, Change]] = {}
    for change in heard:
        if change.action == Change.Action.CREATE and change.object_key in registry.catalogue():
            created.setdefault(change.object_key, {})[change.record_id] = change
    for key, found in created.items():
        source = registry.get(key)
        if source.timeline is None:
            continue
        link = source.field(source.timeline.subject)
        rows = policy.every_record(source).filter(pk__in=found, deletion__isnull=True)
        for pk, subject_id in rows.values_list("pk", f"{source.timeline.subject}_id"):
            if subject_id is not None:
                yield _News(found[pk], (str(link.options["target"]), subject_id))


def followers_of(subjects: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], list[int]]:
    """Ids of the people who follow each record; one query an object type."""
    by_object: dict[str, set[int]] = {}
    for key, pk in subjects:
        by_object.setdefault(key, set()).add(pk)
    found: dict[tuple[str, int], list[int]] = {}
    for key, ids in by_object.items():
        rows = Following.objects.filter(object_key=key, record_id__in=ids, user__is_active=True)
        for pk, user_id in rows.values_list("record_id", "user_id"):
            found.setdefault((key, pk), []).append(user_id)
    return found


def notices_for(user_id: int, all_news: Sequence[_News]) -> Iterable[Notice]:
    """What one follower hears of one batch: one notice, or none."""
    actor = actor_for_id(user_id)
    if actor is None:
        return
    shown = seen(actor, all_news)
    if not shown:
        return
    first = shown[0]
    kind = CHANGED if first.is_own else NEWS
    if len({news.subject for news in shown}) > 1:
        kind = MANY
    yield Notice(
        kind.key,
        (user_id,),
        *first.subject,
        actor_id=first.change.actor_id,
        once=f"followed:{first.change.batch_id}",
        gathered=GATHERED,
    )


def seen(actor: Actor, all_news: Sequence[_News]) -> list[_News]:
    """The news of records in the actor's sight, without changes that touched only fields hidden from them."""
    told = [news for news in all_news if not news.is_own or shows(actor, registry.get(news.subject[0]), news.change)]
    wanted: dict[str, set[int]] = {}
    for news in told:
        for key, pk in {news.subject, (news.change.object_key, news.change.record_id)}:
            wanted.setdefault(key, set()).add(pk)
    visible = {
        (key, pk)
        for key, ids in wanted.items()
        for pk in policy.queryset_for(actor, registry.get(key)).filter(pk__in=ids).values_list("pk", flat=True)
    }
    return [
        news for news in told if news.subject in visible and (news.change.object_key, news.change.record_id) in visible
    ]


def shows(actor: Actor, object_type: ObjectType, change: Change) -> bool:
    """Whether the actor may know of any field that the change touched."""
    return bool(changes.fields_of(actor, object_type, change))


@after_write
def forget_with_record(event: WriteEvent) -> None:
    """Nobody follows what is finally removed."""
    if event.purged:
        Following.objects.filter(object_key=event.object_type.key, record_id__in=event.purged).delete()
