"""Writing comments, changing and deleting them, and telling those whom they mention."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.audience import people_who_see
from zhike.engines.comments.mentions import mentioned_ids
from zhike.engines.comments.models import Comment
from zhike.engines.following.services import followers_who_see
from zhike.metadata import notices, policy, registry, timeline
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.notices import Notice
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

LONGEST = 5_000
EXCERPT = 80

EMPTY = Problem("required", _("Write something first."))
TOO_LONG = Problem("too_long", _("A comment has at most 5,000 characters; attach longer texts as a file."))


@dataclass(frozen=True, slots=True)
class Commented:
    """A comment, and the ids of people mentioned who may not see the record and therefore were not told."""

    comment: Comment
    unreached: frozenset[int]


def comment_add(
    object_type: ObjectType, record_id: int, body: str, *, actor: Actor, mentions: Sequence[int] = ()
) -> Commented:
    """Comment on a record that the actor sees; raises NotFound or Invalid (field "body").

    ``mentions`` are ids of people whose names were picked; names written by hand count too.
    """
    text = checked_body(body)
    author_id = require_sight(object_type, record_id, actor=actor)
    wanted = mentioned_ids(text, mentions)
    with storage().write_transaction():
        reached = people_who_see(object_type, record_id, wanted)
        comment = Comment.objects.create(
            object_key=object_type.key,
            record_id=record_id,
            author_id=author_id,
            body=text,
            mentions=sorted(reached),
            created_at=timezone.now(),
        )
        show(comment)
        tell(object_type, comment, reached, actor=actor)
    return Commented(comment, frozenset(wanted) - reached)


def comment_edit(comment_id: int, body: str, *, actor: Actor, mentions: Sequence[int] = ()) -> Commented:
    """Change one's own comment; people mentioned only now are told. Raises NotFound, Denied or Invalid."""
    text = checked_body(body)
    with storage().write_transaction():
        comment, object_type = comment_for(comment_id, actor=actor)
        if comment.author_id != actor.user_id:
            raise Denied(object_type.key, "comment")
        wanted = mentioned_ids(text, mentions)
        reached = people_who_see(object_type, comment.record_id, wanted)
        fresh = reached - set(comment.mentions)
        comment.body, comment.mentions, comment.edited_at = text, sorted(reached), timezone.now()
        comment.save(update_fields=["body", "mentions", "edited_at"])
        show(comment)
        notices.send([notice("mention", fresh - {actor.user_id}, comment, actor)])
    return Commented(comment, frozenset(wanted) - reached)


def comment_delete(comment_id: int, *, actor: Actor) -> Comment:
    """Take a comment away: one's own, or any on a record that the actor may delete. Raises NotFound or Denied."""
    with storage().write_transaction():
        comment, object_type = comment_for(comment_id, actor=actor)
        require_command(comment, object_type, actor=actor)
        comment.deleted_at, comment.deleted_by_id = timezone.now(), actor.user_id
        comment.save(update_fields=["deleted_at", "deleted_by_id"])
        timeline.forget("comment", [comment.pk])
    return comment


def comment_restore(comment_id: int, *, actor: Actor) -> Comment:
    """Bring a comment back that the actor deleted. Raises NotFound or Denied."""
    with storage().write_transaction():
        comment, object_type = comment_for(comment_id, actor=actor, deleted=True)
        if comment.deleted_by_id != actor.user_id:
            raise Denied(object_type.key, "comment")
        comment.deleted_at, comment.deleted_by_id = None, None
        comment.save(update_fields=["deleted_at", "deleted_by_id"])
        show(comment)
    return comment


# The common steps -------------------------------------------------------------------------------------------------


def checked_body(body: str) -> str:
    """The text without surrounding space and NUL; raises Invalid."""
    text = body.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise Invalid({"body": [EMPTY]})
    if len(text) > LONGEST:
        raise Invalid({"body": [TOO_LONG]})
    return text


def require_sight(object_type: ObjectType, record_id: int, *, actor: Actor) -> int:
    """The id of the person; NotFound unless a person sees the record and it takes comments."""
    seen = object_type.has_comments and policy.queryset_for(actor, object_type).filter(pk=record_id).exists()
    if not seen or actor.user_id is None:
        raise NotFound(object_type.key, record_id)
    return actor.user_id


def comment_for(comment_id: int, *, actor: Actor, deleted: bool = False) -> tuple[Comment, ObjectType]:
    """The comment with its object type, locked; NotFound unless the actor sees its record."""
    comment = Comment.objects.select_for_update().filter(pk=comment_id, deleted_at__isnull=not deleted).first()
    if comment is None or comment.object_key not in registry.catalogue():
        raise NotFound("comment", comment_id)
    object_type = registry.get(comment.object_key)
    require_sight(object_type, comment.record_id, actor=actor)
    return comment, object_type


def require_command(comment: Comment, object_type: ObjectType, *, actor: Actor) -> None:
    """Raise Denied unless it is the actor's own comment or a record that the actor may delete."""
    if comment.author_id == actor.user_id:
        return
    if not policy.queryset_for(actor, object_type, "delete").filter(pk=comment.record_id).exists():
        raise Denied(object_type.key, "comment")


def show(comment: Comment) -> None:
    """Put the comment on the timeline of its record."""
    timeline.note(
        "comment",
        comment.pk,
        (comment.object_key, comment.record_id),
        at=comment.created_at,
        actor_id=comment.author_id,
        kind="edited" if comment.edited_at else "comment",
        body=comment.body,
        details={"mentions": comment.mentions} if comment.mentions else None,
    )


def tell(object_type: ObjectType, comment: Comment, reached: frozenset[int], *, actor: Actor) -> None:
    """Notices to those mentioned, to the owner of the record and to its followers, each of whom is told once only."""
    told: set[int | None] = {actor.user_id, *reached}
    sent = [notice("mention", reached - {actor.user_id}, comment, actor)]
    if "owner" in object_type.fields:
        row = policy.queryset_for(actor, object_type).filter(pk=comment.record_id).values_list("owner_id", flat=True)
        owners = {owner for owner in row if owner is not None}
        sent.append(notice("comment", owners - told, comment, actor))
        told |= owners
    sent.append(notice("followed_comment", followers_who_see(object_type, comment.record_id) - told, comment, actor))
    notices.send(sent)


def notice(kind: str, people: Set[int | None] | Set[int], comment: Comment, actor: Actor) -> Notice:
    text = " ".join(comment.body.split())
    return Notice(
        kind=kind,
        user_ids=tuple(sorted(person for person in people if person is not None)),
        object_key=comment.object_key,
        record_id=comment.record_id,
        actor_id=actor.user_id,
        params={"excerpt": text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"},
    )
