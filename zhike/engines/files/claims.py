"""Fields that hold files: whose files a field may name, and bringing them to the record once it is saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from zhike.engines.files.models import File
from zhike.engines.files.services import show, shut_fields
from zhike.metadata import labels, policy, registry
from zhike.metadata.columns import plain_values
from zhike.metadata.fields.base import Context
from zhike.metadata.fields.file import TARGET
from zhike.metadata.object_type import ObjectType
from zhike.metadata.writes import WriteEvent, after_write


@labels.provider(TARGET)
def file_labels(ids: Collection[int], context: Context) -> Mapping[int, tuple[str, str]]:
    """Name and address of the files that the reader may see; one query, and one for each object type among them."""
    found: dict[int, tuple[str, str]] = {}
    by_object: dict[str, list[File]] = {}
    for file in File.objects.filter(pk__in=list(ids), deleted_at__isnull=True):
        if file.object_key:
            by_object.setdefault(file.object_key, []).append(file)
        elif file.created_by_id == context.actor.user_id or context.actor.is_system:
            found[file.pk] = label(file)
    for key, files in by_object.items():
        if key in registry.catalogue():
            rows = policy.queryset_for(context.actor, registry.get(key)).filter(
                pk__in={file.record_id for file in files}
            )
            seen = set(rows.values_list("pk", flat=True))
            shut = shut_fields(context.actor, registry.get(key))
            open_files = (file for file in files if file.record_id in seen and file.field_key not in shut)
            found.update({file.pk: label(file) for file in open_files})
    return found


def label(file: File) -> tuple[str, str]:
    return file.name, f"/files/{file.pk}/"


@after_write
def claim(event: WriteEvent) -> None:
    """Give the files that a record's fields name, and that still wait for one, to that record."""
    keys = {field.key for field in event.object_type.active_fields if field.type.link_targets(field) == TARGET}
    if not keys or not (event.created or keys & event.changed_keys):
        return
    for record_id, named in named_files(event.object_type, (*event.created, *event.updated), keys):
        waiting = File.objects.filter(pk__in=list(named), object_key="")
        if not event.actor.is_system:
            waiting = waiting.filter(created_by_id=event.actor.user_id or 0)
        for file in waiting:
            file.object_key, file.record_id, file.field_key = event.object_type.key, record_id, named[file.pk]
            file.save(update_fields=["object_key", "record_id", "field_key"])
            show(file)


def named_files(
    object_type: ObjectType, ids: Collection[int], keys: Collection[str]
) -> Iterable[tuple[int, dict[int, str]]]:
    """The files that each record names, with the first field that does."""
    columns = [object_type.fields[key].column for key in keys]
    names = [column for column in columns if column is not None]
    rows: Any = policy.every_record(object_type).filter(pk__in=list(ids))
    for row in rows.values("id", "custom", *names):
        values = plain_values(object_type, row)
        found = {pk: key for key in sorted(keys, reverse=True) for pk in values.get(key) or ()}
        if found:
            yield row["id"], found
