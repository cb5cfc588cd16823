"""Small versions of pictures on disk, made when first asked for."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from zhike.engines.files.models import File
from zhike.engines.files.pictures import SIZES, reduced


def rendition(file: File, size: str) -> bytes | None:
    """The picture as WebP in one of ``SIZES``; None when the file is no picture or is broken."""
    if not file.is_picture:
        return None
    path = f"{file.path}.{size}"
    if default_storage.exists(path):
        with default_storage.open(path) as kept:
            content: bytes = kept.read()
        return content
    with default_storage.open(file.path) as original:
        made = reduced(original, size)
    if made is not None:
        default_storage.save(path, ContentFile(made))
    return made


def remove_contents(file: File) -> None:
    """Delete a file's contents and its small versions from disk."""
    for path in (file.path, *(f"{file.path}.{size}" for size in SIZES)):
        default_storage.delete(path)
