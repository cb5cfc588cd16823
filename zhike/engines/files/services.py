"""Taking files in, naming, deleting and restoring them."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.engines.files.models import File
from zhike.engines.files.pictures import measured
from zhike.engines.files.sniffing import HEAD, is_blocked, sniff
from zhike.metadata import policy, registry, timeline
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.fields.file import TARGET
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

LONGEST_NAME = 200
MEGABYTE = 1_000_000

BLOCKED = Problem(
    "blocked_type", _("Programs and web pages are not taken in. Pack the file into an archive with a password.")
)
EMPTY = Problem("empty", _("The file is empty."))
MISSING = Problem("required", _("Choose a file first."))


def size_limit() -> int:
    """Most bytes of one file."""
    return int(settings.FILE_SIZE_LIMIT)


def too_large() -> Problem:
    text = format_lazy(_("A file may have at most {limit} MB."), limit=size_limit() // MEGABYTE)
    return Problem("too_large", text)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Contents on disk."""

    path: str
    sha256: str


#: Where files wait that a form took in before its record was saved; ``claims.py`` brings them to their record.
NOWHERE = ("", 0)


def file_add(object_type: ObjectType, record_id: int, upload: UploadedFile[Any], *, actor: Actor) -> File:
    """Keep an uploaded file with a record that the actor sees; raises NotFound or Invalid (field "file")."""
    author_id = require_sight(object_type, record_id, actor=actor)
    return _keep((object_type.key, record_id), upload, author_id)


def file_add_loose(upload: UploadedFile[Any], *, actor: Actor) -> File:
    """Keep a file for a field of a record that is being written; only its sender sees it until then. Raises Invalid."""
    if actor.user_id is None:
        raise Denied("file", "create")
    return _keep(NOWHERE, upload, actor.user_id)


def _keep(subject: tuple[str, int], upload: UploadedFile[Any], author_id: int) -> File:
    name = checked_name(upload.name or "")
    head = checked_head(upload, name)
    width, height = measured(upload)
    taken = take(upload)
    with storage().write_transaction():
        file = File.objects.create(
            object_key=subject[0],
            record_id=subject[1],
            name=name,
            size=upload.size or 0,
            mime=sniff(name, head),
            sha256=taken.sha256,
            path=taken.path,
            width=width,
            height=height,
            created_at=timezone.now(),
            created_by_id=author_id,
        )
        if subject != NOWHERE:
            show(file)
    return file


def file_delete(file_id: int, *, actor: Actor) -> File:
    """Take a file away: one's own, or any on a record that the actor may edit. Raises NotFound or Denied."""
    with storage().write_transaction():
        file, object_type = file_for(file_id, actor=actor)
        if file.created_by_id != actor.user_id and not _may_edit(file, object_type, actor):
            raise Denied(object_type.key, "edit")
        file.deleted_at, file.deleted_by_id = timezone.now(), actor.user_id
        file.save(update_fields=["deleted_at", "deleted_by_id"])
        timeline.forget("file", [file.pk])
    return file


def file_restore(file_id: int, *, actor: Actor) -> File:
    """Bring a file back that the actor deleted. Raises NotFound or Denied."""
    with storage().write_transaction():
        file, object_type = file_for(file_id, actor=actor, deleted=True)
        if file.deleted_by_id != actor.user_id:
            raise Denied(object_type.key, "edit")
        file.deleted_at, file.deleted_by_id = None, None
        file.save(update_fields=["deleted_at", "deleted_by_id"])
        show(file)
    return file


def file_for(file_id: int, *, actor: Actor, deleted: bool = False) -> tuple[File, ObjectType]:
    """A file with its object type; NotFound unless the actor sees the record and the field that it belongs to."""
    file = File.objects.filter(pk=file_id, deleted_at__isnull=not deleted).first()
    if file is None or file.object_key not in registry.catalogue():
        raise NotFound("file", file_id)
    object_type = registry.get(file.object_key)
    seen = policy.queryset_for(actor, object_type).filter(pk=file.record_id).exists()
    if not seen or file.field_key in shut_fields(actor, object_type):
        raise NotFound("file", file_id)
    return file, object_type


def shut_fields(actor: Actor, object_type: ObjectType) -> frozenset[str]:
    """Keys of the fields whose files the actor may not have: hidden and masked ones, retired ones included."""
    holders = (field for field in object_type.fields.values() if field.type.link_targets(field) == TARGET)
    return frozenset(field.key for field in holders if policy.access(actor, object_type, field) < FieldAccess.READ_ONLY)


def file_seen(file_id: int, *, actor: Actor) -> File:
    """A file to be shown; NotFound unless the actor sees its record, or sent it for a record not saved yet."""
    waiting = File.objects.filter(pk=file_id, object_key="", created_by_id=actor.user_id or 0, deleted_at__isnull=True)
    return waiting.first() or file_for(file_id, actor=actor)[0]


def files_of(object_type: ObjectType, record_id: int, *, actor: Actor) -> list[File]:
    """Files of a record that the actor sees already, newest first; without those of fields hidden from the actor."""
    rows = File.objects.filter(object_key=object_type.key, record_id=record_id, deleted_at__isnull=True)
    rows = rows.exclude(field_key__in=shut_fields(actor, object_type))
    return list(rows.select_related("created_by").order_by("-id")[:100])


# The common steps -------------------------------------------------------------------------------------------------


def require_sight(object_type: ObjectType, record_id: int, *, actor: Actor) -> int:
    """The id of the person; NotFound unless a person sees the record and it takes files."""
    seen = object_type.has_comments and policy.queryset_for(actor, object_type).filter(pk=record_id).exists()
    if not seen or actor.user_id is None:
        raise NotFound(object_type.key, record_id)
    return actor.user_id


def _may_edit(file: File, object_type: ObjectType, actor: Actor) -> bool:
    field = object_type.fields.get(file.field_key)
    if field is not None and policy.access(actor, object_type, field) < FieldAccess.EDIT:
        return False
    return policy.queryset_for(actor, object_type, "edit").filter(pk=file.record_id).exists()


def checked_name(raw: str) -> str:
    """The name alone, without path, control characters or marks that turn the reading direction; raises Invalid."""
    name = PurePosixPath(raw.replace("\\", "/")).name
    clean = "".join(mark for mark in unicodedata.normalize("NFC", name) if unicodedata.category(mark)[0] != "C").strip()
    if not clean or clean in {".", ".."}:
        raise Invalid({"file": [MISSING]})
    if len(clean) <= LONGEST_NAME:
        return clean
    suffix = PurePosixPath(clean).suffix[:20]
    return clean[: LONGEST_NAME - len(suffix)] + suffix


def checked_head(upload: UploadedFile[Any], name: str) -> bytes:
    """The first bytes of a file that may come in; raises Invalid."""
    if not upload.size:
        raise Invalid({"file": [EMPTY]})
    if upload.size > size_limit():
        raise Invalid({"file": [too_large()]})
    upload.seek(0)
    head: bytes = upload.read(HEAD)
    upload.seek(0)
    if is_blocked(name, head):
        raise Invalid({"file": [BLOCKED]})
    return head


def take(upload: UploadedFile[Any]) -> _Taken:
    """Write the contents under a random name and return it with their SHA-256."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    random = secrets.token_hex(16)
    path = default_storage.save(f"{random[:2]}/{random}", upload)
    return _Taken(path, digest.hexdigest())


def show(file: File) -> None:
    """Put the file on the timeline of its record."""
    timeline.note(
        "file",
        file.pk,
        (file.object_key, file.record_id),
        at=file.created_at,
        actor_id=file.created_by_id,
        kind="picture" if file.is_picture else "file",
        title=file.name,
    )
