"""Registers files with the timeline and with the final removal of records."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.files.models import File
from zhike.metadata import timeline
from zhike.metadata.timeline import AttachedSource
from zhike.metadata.writes import WriteEvent, after_write

SOURCE = timeline.attach(AttachedSource("file", _("Files"), "paperclip"))


@after_write
def remove_with_record(event: WriteEvent) -> None:
    """Files of records that are finally removed are gone at once; the nightly job takes their contents away."""
    if not event.purged:
        return
    rows = File.objects.filter(object_key=event.object_type.key, record_id__in=event.purged)
    timeline.forget(SOURCE.key, list(rows.values_list("pk", flat=True)))
    rows.filter(deleted_at__isnull=True).update(deleted_at=timezone.now())
