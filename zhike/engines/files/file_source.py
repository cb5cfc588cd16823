"""Registers files with the timeline and with the final removal of records."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.files.models import File
from zhike.engines.files.services import shut_fields
from zhike.metadata import timeline
from zhike.metadata.actor import Actor
from zhike.metadata.belongings import Belonging, register
from zhike.metadata.object_type import ObjectType
from zhike.metadata.timeline import AttachedSource
from zhike.metadata.writes import WriteEvent, after_write


def files_shut(actor: Actor, subject: ObjectType, record_id: int) -> QuerySet[Any] | None:
    """Ids of a record's files that lie in fields hidden from the actor."""
    shut = shut_fields(actor, subject)
    if not shut:
        return None
    rows = File.objects.filter(object_key=subject.key, record_id=record_id, field_key__in=sorted(shut))
    return rows.values("pk")


SOURCE = timeline.attach(AttachedSource("file", _("Files"), "paperclip", files_shut))

register(Belonging("files", File))


@after_write
def remove_with_record(event: WriteEvent) -> None:
    """Files of records that are finally removed are gone at once; the nightly job takes their contents away."""
    if not event.purged:
        return
    rows = File.objects.filter(object_key=event.object_type.key, record_id__in=event.purged)
    timeline.forget(SOURCE.key, list(rows.values_list("pk", flat=True)))
    rows.filter(deleted_at__isnull=True).update(deleted_at=timezone.now())
