"""Pages about one record that views of their own draw, reached from the record's head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from zhike.metadata.fields.base import Label
from zhike.web.records.subject import Subject


@dataclass(frozen=True, slots=True)
class RecordLink:
    """``address`` names a page that takes the record's id; it is offered to who has the right ``permission`` to the record."""

    object_key: str
    label: Label
    address: str
    icon: str
    permission: str = "view"
    #: Stands in the menu behind ⋯, not among the buttons.
    is_rare: bool = False
    dialog: bool = False
    #: The address is a file.
    download: bool = False


_links: list[RecordLink] = []


def add(link: RecordLink) -> RecordLink:
    """Put a page among what the head of a record offers."""
    _links.append(link)
    return link


def links_of(subject: Subject, *, rare: bool) -> Iterator[dict[str, Any]]:
    """What this record's head offers to this actor."""
    for link in _links:
        if link.object_key == subject.object_type.key and link.is_rare is rare and subject.may(link.permission):
            url = reverse(link.address, args=[subject.id])
            yield {"label": link.label, "icon": link.icon, "url": url, "dialog": link.dialog, "download": link.download}
