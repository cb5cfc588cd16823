"""Registers comments with the timeline, with notices, and with the final removal of records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.engines.comments.models import Comment
from zhike.metadata import notices, timeline
from zhike.metadata.belongings import Belonging, register
from zhike.metadata.notices import NoticeKind
from zhike.metadata.timeline import AttachedSource
from zhike.metadata.writes import WriteEvent, after_write

SOURCE = timeline.attach(AttachedSource("comment", _("Comments"), "message-2"))

register(Belonging("comments", Comment))

MENTIONED = notices.register(
    NoticeKind(
        "mention", _("Somebody mentions me"), _("%(actor)s mentioned you in “%(title)s”: %(excerpt)s"), icon="at"
    )
)
COMMENTED = notices.register(
    NoticeKind(
        "comment",
        _("Somebody comments on a record of mine"),
        _("%(actor)s commented on “%(title)s”: %(excerpt)s"),
        icon="message-2",
    )
)
FOLLOWED = notices.register(
    NoticeKind(
        "followed_comment",
        _("Somebody comments on a record that I follow"),
        _("%(actor)s commented on “%(title)s”, which you follow: %(excerpt)s"),
        icon="message-2",
    )
)


@after_write
def remove_with_record(event: WriteEvent) -> None:
    """Comments go with the records that are finally removed."""
    if not event.purged:
        return
    rows = Comment.objects.filter(object_key=event.object_type.key, record_id__in=event.purged)
    timeline.forget(SOURCE.key, list(rows.values_list("pk", flat=True)))
    rows.delete()
